#include "real/comm/schedule.hpp"

#include <doctest/doctest.h>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/ring_reduce_scatter.hpp"
#include "sim/core/error.hpp"
#include "tests/real/comm/plans.hpp"

namespace palsim {
namespace {

TEST_CASE("A ring of two halves, adds and copies") {
  const Schedule schedule = schedule_of(ring_all_reduce(2));
  CHECK(schedule.result == Sum::complete);
  for (const Rank rank : {0, 1}) {
    const RankSchedule& own = schedule.ranks[static_cast<std::size_t>(rank)];
    REQUIRE(own.steps.size() == 2);
    CHECK(own.receives == 2);
    const Receive& added = own.steps[0].receives.at(0);
    CHECK(added.combine == Combine::reduce);
    CHECK(added.sum == Sum::complete);
    CHECK(added.runs.at(0).first == rank);
    CHECK(own.steps[1].receives.at(0).combine == Combine::copy);
    CHECK(own.steps[1].transmits.at(0).target == 1 - rank);
  }
}

TEST_CASE("Every rank's schedule holds all messages of the plan, the chunks that they carry too") {
  for (const Rank workers : {1, 2, 3, 6, 8, 13}) {
    for (const NamedPlan& named : all_reduce_plans(workers)) {
      const Plan& plan = named.plan;
      CAPTURE(named.name);
      const Schedule schedule = schedule_of(plan);
      CHECK(schedule.result == Sum::complete);
      std::int64_t receives = 0;
      std::int64_t transmits = 0;
      std::int64_t chunks = 0;
      std::int64_t completed = 0;
      for (const RankSchedule& own : schedule.ranks) {
        receives += own.receives;
        for (const ScheduledStep& step : own.steps) {
          transmits += static_cast<std::int64_t>(step.transmits.size());
          for (const Receive& receive : step.receives) {
            for (const ChunkRun& run : receive.runs) {
              chunks += run.count;
              completed += receive.sum == Sum::complete ? run.count : 0;
            }
          }
        }
      }
      CHECK(receives == messages(plan));
      CHECK(transmits == messages(plan));
      CHECK(Bytes(chunks) == bytes_sent(plan, Bytes(plan.chunks)));
      CHECK(completed == (workers == 1 ? 0 : plan.chunks));
    }
  }
}

TEST_CASE("What is not an all-reduce leaves partial sums") {
  CHECK(schedule_of(ring_reduce_scatter(3)).result == Sum::partial);
  CHECK(schedule_of(chain_broadcast(3, 2)).result == Sum::partial);
}

TEST_CASE("Nothing is overwritten that somebody has yet to read") {
  // Rank 1 shows its chunk to rank 2, then gets another.
  const Send shown{.source = 1, .target = 2};
  const Send overwritten{.source = 0, .target = 1};
  const Schedule schedule = schedule_of(
      {.ranks = 3, .channels = {{.stages = {{.sends = {shown}}, {.sends = {overwritten}}}}}});
  bool waits_for_reader = false;
  for (const Precondition& one : schedule.ranks[1].steps.back().receives.at(0).preconditions) {
    waits_for_reader = waits_for_reader || (one.rank == 2 && one.receives == 1);
  }
  CHECK(waits_for_reader);
}

TEST_CASE("A chunk that comes and goes in one step, or is added or summed up twice, is refused") {
  const Send there{.source = 0, .target = 1, .combine = Combine::reduce};
  const Send back{.source = 1, .target = 0, .combine = Combine::reduce};
  CHECK_THROWS_AS(schedule_of({.ranks = 2, .channels = {{.stages = {{.sends = {there, back}}}}}}),
                  InternalError);
  const auto refused = [](std::vector<Stage> stages) {
    CHECK_THROWS_AS(schedule_of({.ranks = 3, .channels = {{.stages = std::move(stages)}}}),
                    InternalError);
  };
  const auto add = [](Rank source, Rank target) {
    return Stage{.sends = {{.source = source, .target = target, .combine = Combine::reduce}}};
  };
  refused({add(0, 1), add(0, 2), add(2, 1)});  // rank 0's share twice at rank 1
  // Rank 0 keeps what rank 2 had, so that ranks 1 and 2 can both complete the sum.
  refused({add(0, 1), Stage{.sends = {{.source = 2, .target = 0}}}, add(1, 2), add(0, 1)});
}

}  // namespace
}  // namespace palsim
