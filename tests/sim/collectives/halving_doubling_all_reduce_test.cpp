#include "sim/collectives/halving_doubling_all_reduce.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdlib>

#include "tests/support/plan_laws.hpp"

using namespace palsim;

TEST_CASE(
    "halving and doubling give every rank every contribution exactly once in 2 ceil(log2 K) "
    "steps") {
  for (const std::int64_t ranks : tested_ranks) {
    CAPTURE(ranks);
    const std::int64_t log2 = std::bit_width(static_cast<std::uint64_t>(ranks - 1));
    check_all_reduce(halving_doubling_all_reduce(ranks), 2 * log2);
  }
}

TEST_CASE("each rank sends 2(P - 1)/P of the buffer, but those beyond a power of two only fold") {
  for (const std::int64_t ranks : tested_ranks) {
    if (ranks == 1) continue;
    CAPTURE(ranks);
    const Plan plan = halving_doubling_all_reduce(ranks);
    const std::int64_t power = plan.chunks;
    CHECK(std::has_single_bit(static_cast<std::uint64_t>(power)));
    std::vector<std::int64_t> expected;
    for (Rank rank = 0; rank < ranks; ++rank) {
      const bool is_paired = rank < 2 * (ranks - power);
      const bool folds = is_paired && rank % 2 == 0;
      expected.push_back(folds ? power : 2 * (power - 1) + (is_paired ? power : 0));
    }
    CHECK(traffic(plan).sent == expected);
  }
}

TEST_CASE("the largest messages go between neighbours") {
  const Plan plan = halving_doubling_all_reduce(16);
  for (const Stage& stage : plan.channels.front().stages) {
    for (const Send& send : stage.sends) {
      CHECK(std::abs(send.target - send.source) * send.chunks == 8);
    }
  }
}
