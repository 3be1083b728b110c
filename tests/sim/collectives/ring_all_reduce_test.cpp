#include "sim/collectives/ring_all_reduce.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/draws.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

TEST_CASE("a ring gives every rank every contribution exactly once in 2(K - 1) steps") {
  for (const std::int64_t ranks : tested_ranks) {
    CAPTURE(ranks);
    const Plan plan = ring_all_reduce(ranks);
    check_all_reduce(plan, 2 * (ranks - 1));
    CHECK(messages(plan) == 2 * (ranks - 1) * ranks);
    CHECK(traffic(plan).sent ==
          std::vector<std::int64_t>(static_cast<std::size_t>(ranks), 2 * (ranks - 1)));
  }
}

TEST_CASE("several rings in different orders share the buffer and send no more in all") {
  for (unsigned seed = 0; seed < 5; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    for (const std::int64_t ranks : {2, 5, 8}) {
      std::vector<Order> orders(3, rank_order(ranks));
      for (Order& order : orders) std::shuffle(order.begin(), order.end(), random);
      check_all_reduce(ring_all_reduce(orders), 2 * (ranks - 1));
    }
  }
}
