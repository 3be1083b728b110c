#include "real/cuda/groups/emulated_group.hpp"

#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "real/comm/default_plan.hpp"
#include "real/comm/schedule.hpp"
#include "real/cuda/check.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/group_laws.hpp"
#include "tests/real/comm/team.hpp"
#include "tests/real/cuda/through_device.hpp"

namespace palsim::cuda {
namespace {

// On threads that share GPU 0.
void together_on_gpu(const Plan& plan, const std::function<void(Group&)>& work) {
  const SumOrder order = sum_order(schedule_of(plan));
  together(thread_groups(plan), [&](Group& host) {
    ThroughDevice group(emulated_group(host, 0, order));
    work(group);
  });
}
void together_on_gpu(Rank workers, const std::function<void(Group&)>& work) {
  together_on_gpu(default_all_reduce(workers), work);
}

TEST_CASE("Workers on one GPU get the bits that threads give each other") {
  for (const Rank workers : {1, 2, 3, 5, 8}) {
    for (const NamedPlan& named : all_reduce_plans(workers)) {
      for (const WireType wire : {WireType::fp32, WireType::bf16}) {
        CAPTURE(workers);
        CAPTURE(named.name);
        const auto expected = all_reduced_by_threads(named.plan, 1009, wire);
        together_on_gpu(named.plan, [&](Group& group) {
          std::vector<float> values = drawn_values(1009, group.rank());
          group.all_reduce_mean(values, wire);
          CHECK(are_same(values, expected[static_cast<std::size_t>(group.rank())]));
        });
      }
    }
  }
}

TEST_CASE("Collectives of all kinds follow each other on one GPU") {
  for (const Rank workers : {1, 2, 5, 8}) {
    CAPTURE(workers);
    CHECK_NOTHROW(together_on_gpu(workers, check_all_kinds));
  }
}

TEST_CASE("A long broadcast reaches all workers on a GPU") {
  for (const Rank workers : {2, 3}) CHECK_NOTHROW(together_on_gpu(workers, check_long_broadcast));
}

TEST_CASE("Sums of workers on a GPU are in the order of ranks") {
  CHECK_NOTHROW(together_on_gpu(4, check_order_of_sums));
}

TEST_CASE("Two threads of each worker use a GPU's group and its duplicate at once") {
  for (const Rank workers : {1, 2, 4}) CHECK_NOTHROW(together_on_gpu(workers, check_two_threads));
}

TEST_CASE("Buckets are exchanged on a GPU while the workers meet") {
  for (const Rank workers : {1, 3}) CHECK_NOTHROW(together_on_gpu(workers, check_buckets));
}

TEST_CASE("Vectors of different sizes are refused") {
  CHECK_THROWS_AS(together_on_gpu(3,
                                  [](Group& group) {
                                    std::vector<float> values(group.rank() == 1 ? 5 : 6);
                                    group.all_reduce_mean(values, WireType::fp32);
                                  }),
                  InternalError);
}

TEST_CASE("Other wire types, and orders of other workers, are refused") {
  CHECK_THROWS_AS(together_on_gpu(2,
                                  [](Group& group) {
                                    std::vector<float> values(3);
                                    group.all_reduce_mean(values, WireType::int8);
                                  }),
                  InputError);
  const SumOrder order = sum_order(schedule_of(default_all_reduce(3)));
  CHECK_THROWS_AS(together(thread_groups(2), [&](Group& host) { emulated_group(host, 0, order); }),
                  InternalError);
}

TEST_CASE("A worker that gives up releases the others on its GPU, and nobody uses what is gone") {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> aborted = 0;
    together_on_gpu(4, [&](Group& group) {
      try {
        for (int exchange = 0;; ++exchange) {
          std::vector<float> values(500, 1.0F);
          if (group.rank() == round % 4 && exchange == round % 3) {
            group.abort();
            return;
          }
          group.all_reduce_mean(values, WireType::fp32);
        }
      } catch (const Aborted&) {
        ++aborted;
      }
    });
    CHECK(aborted == 3);
  }
}

TEST_CASE("Who comes after the others gave up computes nothing with their vectors") {
  const auto hosts = thread_groups(2);
  const SumOrder order = sum_order(schedule_of(default_all_reduce(2)));
  std::vector<std::unique_ptr<Group>> groups(2);
  together(hosts, [&](Group& host) {
    groups[static_cast<std::size_t>(host.rank())] = emulated_group(host, 0, order);
  });
  const std::vector<float> values(100, 1.0F);
  Values gone(values);
  Values late(std::vector<float>(100, 3.0F));
  std::thread first(
      [&] { CHECK_THROWS_AS(groups[1]->all_reduce_mean(gone.span(), WireType::fp32), Aborted); });
  groups[0]->abort();
  first.join();
  CHECK_THROWS_AS(groups[0]->all_reduce_mean(late.span(), WireType::fp32), Aborted);
  CHECK(are_same(gone.download(), values));
}

// A host's group of which rank 1 hears, once the vectors are shown, that another gave up.
class Interrupted final : public Group {
 public:
  explicit Interrupted(std::unique_ptr<Group> group) : group_(std::move(group)) {}

  Rank rank() const override { return group_->rank(); }
  Rank workers() const override { return group_->workers(); }
  Signals meet(Signals said) override {
    if (rank() == 1) throw Aborted{};
    return group_->meet(said);
  }
  void sum(std::span<double> values) override { group_->sum(values); }
  void all_reduce_mean(std::span<float>, WireType) override {}
  void broadcast(std::span<float>, Rank) override {}
  std::unique_ptr<Group> duplicate() override {
    return std::make_unique<Interrupted>(group_->duplicate());
  }
  void abort() noexcept override { group_->abort(); }

 private:
  std::unique_ptr<Group> group_;
};

TEST_CASE("A worker that is released keeps its vector until nobody works on it") {
  constexpr std::size_t count = 200'000;
  const SumOrder order = sum_order(schedule_of(default_all_reduce(2)));
  std::vector<float> when_released;
  Values released(std::vector<float>(count, 1.0F));
  together(thread_groups(2), [&](Group& host) {
    Interrupted interrupted(host.duplicate());
    const auto group = emulated_group(interrupted, 0, order);
    Values other(std::vector<float>(count, 3.0F));
    try {
      Values& mine = group->rank() == 1 ? released : other;
      group->all_reduce_mean(mine.span(), WireType::fp32);
    } catch (const Aborted&) {
      if (group->rank() == 1) when_released = released.download();
      group->abort();
    }
  });
  CHECK(are_same(released.download(), when_released));
}

}  // namespace
}  // namespace palsim::cuda
