#include "real/comm/sum_order.hpp"

#include <doctest/doctest.h>

#include "real/comm/schedule.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/group_laws.hpp"
#include "tests/real/comm/sums.hpp"
#include "tests/real/comm/team.hpp"

namespace palsim {
namespace {

void check_bits(Rank workers) {
  for (const std::size_t count : {0, 1, 2, 3, 7, 64, 1009}) {
    for (const NamedPlan& named : all_reduce_plans(workers)) {
      const SumOrder order = sum_order(schedule_of(named.plan));
      for (const WireType wire : {WireType::fp32, WireType::bf16}) {
        CAPTURE(workers);
        CAPTURE(count);
        CAPTURE(named.name);
        CAPTURE(static_cast<int>(wire));
        std::vector<std::vector<float>> vectors;
        for (Rank rank = 0; rank < workers; ++rank) vectors.push_back(drawn_values(count, rank));
        const std::vector<float> mean = mean_in_order(order, vectors, wire);
        CHECK(are_same(mean, all_reduced_by_threads(named.plan, count, wire).back()));
      }
    }
  }
}

TEST_CASE("Additions in a plan's order give the bits that its messages give") {
  for (Rank workers = 1; workers <= 9; ++workers) check_bits(workers);
  check_bits(16);
}

TEST_CASE("In a ring each chunk is summed up along the ring") {
  const SumOrder order = sum_order(schedule_of(ring_all_reduce(4)));
  CHECK(order.workers == 4);
  CHECK(order.chunks.size() == 4);
  for (const std::vector<Addition>& additions : order.chunks) {
    REQUIRE(additions.size() == 3);
    for (std::size_t at = 0; at < 3; ++at) {
      CHECK(additions[at].target == (additions[at].source + 1) % 4);
      if (at > 0) CHECK(additions[at].source == additions[at - 1].target);
    }
  }
}

TEST_CASE("What is no all-reduce has no order of sums") {
  const Send send{.source = 0, .target = 1, .combine = Combine::reduce};
  Plan plan{.ranks = 2, .chunks = 1, .channels = {{.stages = {{.sends = {send}}}}}};
  CHECK_THROWS_AS(sum_order(schedule_of(plan)), InternalError);
  plan.channels[0].stages[0].sends[0].combine = Combine::copy;
  CHECK_THROWS_AS(sum_order(schedule_of(plan)), InternalError);
}

}  // namespace
}  // namespace palsim
