#include "real/cuda/vectors/combine_workers.hpp"

#include <cmath>
#include <cstring>
#include <memory>

#include "real/comm/default_plan.hpp"
#include "real/comm/schedule.hpp"
#include "real/cuda/vectors/sum_program.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/plans.hpp"
#include "tests/real/comm/sums.hpp"
#include "tests/real/comm/team.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

bool are_same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

// How far each worker's vector lies from where a pack could begin.
enum class Places { aligned, alike, different };

std::int64_t offset_of(Rank rank, Places places) {
  return places == Places::aligned ? 0 : places == Places::alike ? 3 : rank % 4;
}

// All workers' drawn values on the device.
struct Replicas {
  Replicas(Rank workers, std::size_t count, Places places) {
    for (Rank rank = 0; rank < workers; ++rank) {
      host.push_back(drawn_values(count, rank));
      device.push_back(std::make_unique<DeviceVector<float>>(host.back(), offset_of(rank, places)));
      pointers.push_back(device.back()->data());
    }
  }

  std::vector<std::vector<float>> host;
  std::vector<std::unique_ptr<DeviceVector<float>>> device;
  std::vector<float*> pointers;
};

void check_mean(const Plan& plan, std::size_t count, WireType wire, Places places) {
  CAPTURE(plan.ranks);
  CAPTURE(count);
  CAPTURE(static_cast<int>(wire));
  CAPTURE(static_cast<int>(places));
  const SumOrder order = sum_order(schedule_of(plan));
  const Replicas replicas(plan.ranks, count, places);
  combine_workers(context(), UploadedProgram(sum_program(order)), wire,
                  static_cast<std::int64_t>(count), replicas.pointers.data());
  const std::vector<float> mean = mean_in_order(order, replicas.host, wire);
  for (const auto& values : replicas.device) CHECK(are_same(values->download(), mean));
}

void check_plans(Rank workers) {
  for (const NamedPlan& named : all_reduce_plans(workers)) {
    CAPTURE(named.name);
    for (const WireType wire : {WireType::fp32, WireType::bf16}) {
      for (const std::size_t count : {0, 1, 3, 67, 1009}) {
        check_mean(named.plan, count, wire, Places::aligned);
        check_mean(named.plan, count, wire, Places::different);
      }
      check_mean(named.plan, 2003, wire, Places::alike);
    }
  }
}

TEST_CASE("The kernel gives the bits of every plan's order of sums") {
  for (Rank workers = 1; workers <= 9; ++workers) check_plans(workers);
  check_plans(16);
}

TEST_CASE("As many workers as there may be are combined") {
  for (const Rank workers : {31, 32, 63, 64}) {
    check_mean(default_all_reduce(workers), 5003, WireType::fp32, Places::aligned);
    check_mean(default_all_reduce(workers), 1009, WireType::bf16, Places::different);
    check_mean(tree_all_reduce(workers, 3), 1009, WireType::bf16, Places::aligned);
  }
  CHECK_THROWS_AS(sum_program(sum_order(schedule_of(default_all_reduce(65)))), InputError);
}

TEST_CASE("A chunk of many blocks is combined as a whole") {
  for (const Rank workers : {2, 3, 4, 8}) {
    check_mean(default_all_reduce(workers), 40'007, WireType::fp32, Places::alike);
    check_mean(tree_all_reduce(workers, 1), 10'007, WireType::fp32, Places::alike);
  }
}

TEST_CASE("The kernel gives what threads give each other") {
  constexpr std::size_t count = 1009;
  for (const Rank workers : {2, 5, 8}) {
    for (const WireType wire : {WireType::fp32, WireType::bf16}) {
      const Plan plan = default_all_reduce(workers);
      const Replicas replicas(workers, count, Places::aligned);
      combine_workers(context(), UploadedProgram(sum_program(sum_order(schedule_of(plan)))), wire,
                      count, replicas.pointers.data());
      CHECK(are_same(replicas.device.front()->download(),
                     all_reduced_by_threads(plan, count, wire).front()));
    }
  }
}

TEST_CASE("Means do not depend on the order of a GPU's threads") {
  const UploadedProgram program(sum_program(sum_order(schedule_of(default_all_reduce(8)))));
  same_in_all_orders([&] {
    const Replicas replicas(8, 3001, Places::alike);
    combine_workers(context(), program, WireType::fp32, 3001, replicas.pointers.data());
    return replicas.device.back()->download();
  });
}

TEST_CASE("What is not a number at one worker is none at all") {
  for (const Plan& plan : {default_all_reduce(3), default_all_reduce(4), tree_all_reduce(5, 1)}) {
    for (const WireType wire : {WireType::fp32, WireType::bf16}) {
      const Replicas replicas(plan.ranks, 9, Places::aligned);
      std::vector<float> values = replicas.host[1];
      values[5] = std::nanf("");
      replicas.device[1]->upload(values);
      combine_workers(context(), UploadedProgram(sum_program(sum_order(schedule_of(plan)))), wire,
                      9, replicas.pointers.data());
      for (const auto& device : replicas.device) {
        const std::vector<float> mean = device->download();
        for (std::size_t at = 0; at < 9; ++at) CHECK(std::isnan(mean[at]) == (at == 5));
      }
    }
  }
}

TEST_CASE("Rings sum up in chains, halving and doubling in balanced trees, others anyhow") {
  const auto shape = [](const Plan& plan) {
    return sum_program(sum_order(schedule_of(plan))).shape;
  };
  for (const Rank workers : {3, 4, 7}) CHECK(shape(ring_all_reduce(workers)) == SumShape::chain);
  for (const Rank workers : {4, 8, 32}) {
    CHECK(shape(halving_doubling_all_reduce(workers)) == SumShape::balanced);
  }
  CHECK(shape(halving_doubling_all_reduce(6)) == SumShape::any);
  CHECK(shape(tree_all_reduce(7, 2)) == SumShape::any);
}

TEST_CASE("The root's values reach all workers") {
  for (const Rank workers : {1, 2, 5, 8, 64}) {
    for (const std::size_t count : {0, 1, 3, 67, 1030}) {
      for (const Places places : {Places::aligned, Places::alike, Places::different}) {
        CAPTURE(workers);
        CAPTURE(count);
        const Replicas replicas(workers, count, places);
        const Rank root = workers / 2;
        broadcast_workers(context(), static_cast<int>(workers), static_cast<int>(root),
                          static_cast<std::int64_t>(count), replicas.pointers.data());
        for (const auto& values : replicas.device) {
          CHECK(are_same(values->download(), replicas.host[static_cast<std::size_t>(root)]));
        }
      }
    }
  }
}

}  // namespace
}  // namespace palsim::cuda
