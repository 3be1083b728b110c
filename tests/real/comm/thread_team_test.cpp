#include "real/comm/thread_team.hpp"

#include <doctest/doctest.h>

#include <set>

#include "real/comm/core_binding.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/own_cores.hpp"
#include "tests/support/complaint.hpp"

namespace palsim {
namespace {

using Cores = std::vector<int>;

// Those of each worker while it works.
std::vector<Cores> cores_of(Rank workers) {
  std::vector<Cores> cores(static_cast<std::size_t>(workers));
  run_on_threads(
      workers, [&](Group& group) { cores[static_cast<std::size_t>(group.rank())] = own_cores(); });
  return cores;
}

TEST_CASE("Workers that spread evenly over the cores have one each") {
  const Cores before = own_cores();
  for (const Rank each : {1, 2}) {
    const std::vector<Cores> bound = cores_of(each * usable_cores());
    std::multiset<int> used;
    for (const Cores& own : bound) {
      REQUIRE(own.size() == 1);
      used.insert(own.front());
    }
    for (const int core : before) CHECK(used.count(core) == static_cast<std::size_t>(each));
  }
  CHECK(own_cores() == before);
}

TEST_CASE("Workers that do not spread evenly are left to the system") {
  const Cores before = own_cores();
  if (before.size() == 1) return;  // any number spreads evenly
  for (const Cores& own : cores_of(usable_cores() + 1)) CHECK(own == before);
}

TEST_CASE("When a worker throws, those that wait for it stop, and it is the one that is heard") {
  for (const Rank workers : {2, 5}) {
    std::vector<int> reached(static_cast<std::size_t>(workers));
    const auto work = [&](Group& group) {
      group.meet();
      require<InputError>(group.rank() != workers - 1, "a loss that is no number");
      std::vector<float> values(100);
      group.all_reduce_mean(values, WireType::fp32);
      reached[static_cast<std::size_t>(group.rank())] = 1;
    };
    CHECK(complaint_of([&] { run_on_threads(workers, work); }) == "a loss that is no number");
    CHECK(reached == std::vector<int>(static_cast<std::size_t>(workers)));
  }
}

}  // namespace
}  // namespace palsim
