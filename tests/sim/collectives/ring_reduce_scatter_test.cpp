#include "sim/collectives/ring_reduce_scatter.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/draws.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

namespace {

// Rank r has every contribution exactly once in the r-th part of the buffer.
bool is_reduce_scattered(const Plan& plan) {
  const Buffers buffers = execute(plan);
  const std::int64_t part = plan.chunks / plan.ranks;
  for (Rank rank = 0; rank < plan.ranks; ++rank) {
    for (std::int64_t chunk = rank * part; chunk < (rank + 1) * part; ++chunk) {
      const Contributions& sum = buffers[rank][chunk];
      const bool once_each =
          std::ranges::all_of(sum, [](const auto& of) { return of.second == 1; });
      if (static_cast<std::int64_t>(sum.size()) != plan.ranks || !once_each) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a reduce-scatter leaves rank r the sum of part r, in K - 1 steps") {
  for (const std::int64_t ranks : tested_ranks) {
    CAPTURE(ranks);
    const Plan plan = ring_reduce_scatter(ranks);
    check_cost(plan, ranks - 1, ranks - 1);
    CHECK(is_reduce_scattered(plan));
    const Traffic sums = traffic(plan);
    CHECK(sums.sent == std::vector<std::int64_t>(static_cast<std::size_t>(ranks), ranks - 1));
    CHECK(sums.sent == sums.received);
  }
}

TEST_CASE("a reduce-scatter along several rings leaves each rank the same part in any order") {
  for (unsigned seed = 0; seed < 5; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    for (const std::int64_t ranks : {2, 5, 8}) {
      std::vector<Order> orders(3, rank_order(ranks));
      for (Order& order : orders) std::shuffle(order.begin(), order.end(), random);
      const Plan plan = ring_reduce_scatter(orders);
      check_cost(plan, ranks - 1, ranks - 1);
      CHECK(is_reduce_scattered(plan));
    }
  }
}
