#include "sim/collectives/group.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/hierarchical_all_reduce.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

TEST_CASE("a plan on a group does there what it did, and nothing to the other ranks") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    Order everyone = rank_order(20);
    std::shuffle(everyone.begin(), everyone.end(), random);
    const Order group(everyone.begin(), everyone.begin() + 6);
    for (const Plan& plan :
         {ring_all_reduce(6), tree_all_reduce(6, 3), halving_doubling_all_reduce(6),
          hierarchical_all_reduce(2, 3), ring_all_reduce({{5, 3, 1, 0, 2, 4}, rank_order(6)})}) {
      const Plan placed = placed_on(plan, group, 20);
      check_cost(placed, steps(plan), 2 * 5);
      const Buffers buffers = execute(placed);
      CHECK(is_all_reduced(buffers, group));
      const Buffers untouched = own_contributions(placed);
      for (auto other = everyone.begin() + 6; other != everyone.end(); ++other) {
        CHECK(buffers[*other] == untouched[*other]);
      }
    }
  }
}

TEST_CASE("a group of one rank has nothing to send") {
  const Plan placed = placed_on(ring_all_reduce(1), {3}, 5);
  CHECK(placed.ranks == 5);
  CHECK(messages(placed) == 0);
}

TEST_CASE("a group that does not fit the plan or the ranks is refused") {
  const Plan plan = ring_all_reduce(2);
  CHECK_THROWS_WITH_AS(placed_on(plan, {0, 1, 2}, 8), "a plan for 2 ranks on a group of 3",
                       InternalError);
  CHECK_THROWS_WITH_AS(placed_on(plan, {0, 8}, 8), "rank 8 twice or beyond 8 ranks", InternalError);
  CHECK_THROWS_WITH_AS(placed_on(plan, {4, 4}, 8), "rank 4 twice or beyond 8 ranks", InternalError);
}
