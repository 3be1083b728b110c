#include "sim/network/placed_plan.hpp"

#include <doctest/doctest.h>

#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/core/error.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

const Network four = star(4, {gigabytes_per_s(1), nanoseconds(10)});

PlacedPlan ring_of(std::int64_t ranks, std::vector<Rank> group = {},
                   std::vector<Duration> starts = {}) {
  return {ring_all_reduce(ranks), Bytes(100), std::move(group), std::move(starts)};
}

}  // namespace

TEST_CASE("without a group and starts a plan stands on the first ranks, all there at time zero") {
  const PlacedPlan placed = ring_of(3);
  CHECK_NOTHROW(check(four, placed));
  CHECK(network_rank(placed, 2) == 2);
  CHECK(start_of(placed, 2) == Duration());
  const PlacedPlan group = ring_of(2, {3, 1}, {nanoseconds(5), nanoseconds(7)});
  CHECK_NOTHROW(check(four, group));
  CHECK(network_rank(group, 0) == 3);
  CHECK(start_of(group, 1) == nanoseconds(7));
}

TEST_CASE("what cannot be placed is refused in words") {
  const auto refusal = [](const PlacedPlan& placed) -> std::string {
    try {
      check(four, placed);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal(ring_of(5)) == "5 ranks on a network of 4 workers");
  CHECK(refusal(ring_of(2, {0, 1, 2})) == "a group of 3 for a plan of 2 ranks");
  CHECK(refusal(ring_of(2, {1, 1})) == "rank 1 twice in a group");
  CHECK(refusal(ring_of(2, {1, 4})) == "a group from rank 1 to rank 4 on a network of 4 workers");
  CHECK(refusal(ring_of(2, {-1, 2})) == "a group from rank -1 to rank 2 on a network of 4 workers");
  CHECK(refusal(ring_of(2, {}, {nanoseconds(1)})) == "1 starts for a plan of 2 ranks");
  CHECK(refusal(ring_of(2, {}, {nanoseconds(1), nanoseconds(-3)})) ==
        "a rank that starts 3 ns before time zero");
  PlacedPlan negative = ring_of(2);
  negative.bytes = Bytes(-1);
  CHECK(refusal(negative) == "a collective of -1 bytes");
}
