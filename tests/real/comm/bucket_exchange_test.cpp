#include "real/comm/bucket_exchange.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "real/cpu/cpu_device.hpp"
#include "tests/real/comm/group_laws.hpp"
#include "tests/real/comm/team.hpp"

namespace palsim {
namespace {

TEST_CASE("Buckets become means in the background, step after step") {
  for (const Rank workers : {1, 2, 4, 8}) {
    CAPTURE(workers);
    CHECK_NOTHROW(together(thread_groups(workers), check_buckets));
  }
}

TEST_CASE("An exchange without buckets ends") {
  CHECK_NOTHROW(together(thread_groups(3), [](Group& group) {
    BucketExchange exchange(group, WireType::bf16);
    exchange.wait();
  }));
}

TEST_CASE("What the exchange throws reaches the worker that waits") {
  CHECK_THROWS_AS(together(thread_groups(2),
                           [](Group& group) {
                             BucketExchange exchange(group, WireType::int8);
                             std::vector<float> gradients(10);
                             exchange.hand_over(gradients, cpu_device<float>()->milestone());
                             exchange.wait();
                           }),
                  InputError);
}

TEST_CASE("A worker that gives up in mid-step releases the others, and its own exchange") {
  for (const Rank workers : {2, 5}) {
    std::atomic<int> aborted = 0;
    CHECK_THROWS_AS(together(thread_groups(workers),
                             [&](Group& group) {
                               std::vector<float> gradients(1000);
                               BucketExchange exchange(group, WireType::fp32);
                               group.meet();
                               if (group.rank() == 0) throw InputError("a loss that is no number");
                               exchange.hand_over(gradients, cpu_device<float>()->milestone());
                               try {
                                 exchange.wait();
                               } catch (const Aborted&) {
                                 ++aborted;
                               }
                             }),
                    InputError);
    CHECK(aborted == workers - 1);
  }
}

TEST_CASE("A worker that gives up with a bucket on its way does not wait for the others") {
  CHECK_THROWS_AS(together(thread_groups(2),
                           [](Group& group) {
                             std::vector<float> gradients(1000);
                             BucketExchange exchange(group, WireType::fp32);
                             if (group.rank() == 0) {
                               exchange.hand_over(gradients, cpu_device<float>()->milestone());
                               throw InputError("a loss that is no number");
                             }
                             group.meet();
                           }),
                  InputError);
}

}  // namespace
}  // namespace palsim
