#include "real/comm/thread_group.hpp"

#include <doctest/doctest.h>

#include <atomic>

#include "sim/core/error.hpp"
#include "tests/real/comm/group_laws.hpp"
#include "tests/real/comm/plans.hpp"
#include "tests/real/comm/team.hpp"

namespace palsim {
namespace {

using Vectors = std::vector<std::vector<float>>;

void check_means(Rank workers) {
  for (const std::size_t count : tested_sizes) {
    const Means means = means_of_drawn(count, workers);
    for (const NamedPlan& named : all_reduce_plans(workers)) {
      for (const WireType wire : {WireType::fp32, WireType::bf16}) {
        CAPTURE(workers);
        CAPTURE(count);
        CAPTURE(named.name);
        CAPTURE(static_cast<int>(wire));
        const Vectors vectors = all_reduced_by_threads(named.plan, count, wire);
        CHECK(error_share(vectors.front(), means, workers, wire) <= 1);
        for (const std::vector<float>& values : vectors) CHECK(are_same(values, vectors.front()));
        CHECK(are_same(all_reduced_by_threads(named.plan, count, wire).front(), vectors.front()));
      }
    }
  }
}

TEST_CASE("Every plan leaves the same bits of the mean at every worker, each time") {
  for (Rank workers = 1; workers <= 9; ++workers) check_means(workers);
}

TEST_CASE("Sixteen workers on fewer cores get the mean") { check_means(16); }

TEST_CASE("A buffer that goes in many parts is reduced as a whole") {
  constexpr std::size_t count = 1'000'003;
  for (const Rank workers : {2, 3}) {
    const Means means = means_of_drawn(count, workers);
    const Vectors vectors = all_reduced_by_threads(ring_all_reduce(workers), count, WireType::fp32);
    CHECK(error_share(vectors.front(), means, workers, WireType::fp32) <= 1);
    for (const std::vector<float>& values : vectors) CHECK(are_same(values, vectors.front()));
  }
}

TEST_CASE("Collectives of all kinds follow each other on one group") {
  for (const Rank workers : {1, 2, 5, 8}) {
    CAPTURE(workers);
    CHECK_NOTHROW(together(thread_groups(workers), check_all_kinds));
  }
}

TEST_CASE("A long broadcast reaches all workers") {
  for (const Rank workers : {1, 2, 3, 9}) {
    CHECK_NOTHROW(together(thread_groups(workers), check_long_broadcast));
  }
}

TEST_CASE("Sums are in the order of ranks") {
  for (const Rank workers : {3, 4}) {
    CHECK_NOTHROW(together(thread_groups(workers), check_order_of_sums));
  }
}

TEST_CASE("Nobody leaves a meeting before all have come") {
  std::atomic<int> arrivals = 0;
  together(thread_groups(8), [&](Group& group) {
    for (int round = 1; round <= 200; ++round) {
      ++arrivals;
      group.meet();
      require(arrivals >= 8 * round, "{} arrivals in round {}", arrivals.load(), round);
      group.meet();
    }
  });
}

TEST_CASE("A worker that gives up releases those who wait, and those who come later") {
  for (const Rank workers : {2, 4, 16}) {
    const auto groups = thread_groups(workers);
    std::atomic<int> aborted = 0;
    together(groups, [&](Group& group) {
      const auto other = group.duplicate();
      group.meet();
      if (group.rank() == 0) {
        group.abort();
        return;
      }
      const auto count_aborted = [&](const auto& work) {
        try {
          work();
        } catch (const Aborted&) {
          ++aborted;
        }
      };
      for (int time = 0; time < 2; ++time) {
        count_aborted([&] {
          std::vector<float> values(1000);
          group.all_reduce_mean(values, WireType::fp32);
        });
      }
      count_aborted([&] { group.meet(); });
      count_aborted([&] { other->meet(); });
      count_aborted([&] { group.duplicate()->meet(); });
    });
    CHECK(aborted == 5 * (workers - 1));
  }
}

TEST_CASE("A worker that gives up in mid-exchange leaves nobody reading what is gone") {
  // Address and thread sanitizers see a reader of a freed buffer.
  for (int round = 0; round < 30; ++round) {
    const auto groups = thread_groups(6);
    together(groups, [&](Group& group) {
      for (int exchange = 0;; ++exchange) {
        std::vector<float> values(20'000, 1.0F);
        if (group.rank() == round % 6 && exchange == round % 3) {
          group.abort();
          return;
        }
        group.all_reduce_mean(values, WireType::fp32);
      }
    });
  }
}

TEST_CASE("Two threads of each worker use a group and its duplicate at once") {
  for (const Rank workers : {1, 2, 4, 7}) {
    CHECK_NOTHROW(together(thread_groups(workers), check_two_threads));
  }
}

TEST_CASE("Other wire types are refused") {
  const auto groups = thread_groups(1);
  std::vector<float> values(3);
  CHECK_THROWS_AS(groups.front()->all_reduce_mean(values, WireType::int8), InputError);
}

}  // namespace
}  // namespace palsim
