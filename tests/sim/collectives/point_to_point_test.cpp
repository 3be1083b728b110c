#include "sim/collectives/point_to_point.hpp"

#include <doctest/doctest.h>

#include "sim/core/error.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

TEST_CASE("the target gets what the source has in one step, and nobody else gets anything") {
  for (const std::int64_t ranks : tested_ranks) {
    for (Rank source = 0; source < ranks; ++source) {
      for (const Rank target : {Rank{0}, (source + 1) % ranks, ranks - 1}) {
        if (source == target) continue;
        CAPTURE(ranks);
        CAPTURE(source);
        CAPTURE(target);
        const Plan plan = point_to_point(ranks, source, target);
        check_cost(plan, 1, 1);
        Buffers expected = own_contributions(plan);
        expected[target] = expected[source];
        CHECK(execute(plan) == expected);
      }
    }
  }
}

TEST_CASE("a rank sends neither to itself nor to one that does not exist") {
  CHECK_THROWS_WITH_AS(point_to_point(4, 2, 2), "a send from rank 2 to rank 2 of 4", InternalError);
  CHECK_THROWS_WITH_AS(point_to_point(4, 0, 4), "a send from rank 0 to rank 4 of 4", InternalError);
}
