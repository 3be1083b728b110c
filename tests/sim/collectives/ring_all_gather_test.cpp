#include "sim/collectives/ring_all_gather.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/draws.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

namespace {

// Every rank has, in the r-th part of the buffer, what rank r had there.
bool is_all_gathered(const Plan& plan) {
  const std::int64_t part = plan.chunks / plan.ranks;
  for (const auto& chunks : execute(plan)) {
    for (std::size_t chunk = 0; chunk < chunks.size(); ++chunk) {
      const Rank owner = static_cast<std::int64_t>(chunk) / part;
      if (chunks[chunk] != Contributions{{owner, 1}}) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("an all-gather gives every rank part r of rank r, in K - 1 steps") {
  for (const std::int64_t ranks : tested_ranks) {
    CAPTURE(ranks);
    const Plan plan = ring_all_gather(ranks);
    check_cost(plan, ranks - 1, ranks - 1);
    CHECK(is_all_gathered(plan));
    const Traffic sums = traffic(plan);
    CHECK(sums.sent == std::vector<std::int64_t>(static_cast<std::size_t>(ranks), ranks - 1));
    CHECK(sums.sent == sums.received);
  }
}

TEST_CASE("an all-gather along several rings takes each rank's own part in any order") {
  for (unsigned seed = 0; seed < 5; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    for (const std::int64_t ranks : {2, 5, 8}) {
      std::vector<Order> orders(3, rank_order(ranks));
      for (Order& order : orders) std::shuffle(order.begin(), order.end(), random);
      const Plan plan = ring_all_gather(orders);
      check_cost(plan, ranks - 1, ranks - 1);
      CHECK(is_all_gathered(plan));
    }
  }
}
