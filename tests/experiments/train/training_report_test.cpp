// What a training's report makes of the runs' times.
#include "experiments/train/training_report.hpp"

#include <doctest/doctest.h>

namespace palsim {
namespace {

TrainedMethod run_of(Seed seed, const TimeAccount& mean) {
  return {.workers = 2,
          .seed = seed,
          .label = "mixing",
          .method = "palsgd",
          .outcome = {.steps = 1, .wall_clock_s = 8, .mean = mean}};
}

TEST_CASE("a training's bars show its mix steps beside the rest of its compute") {
  const TrainingResults results{
      .methods = {run_of(1, {.compute_s = 5, .communication_s = 2, .waiting_s = 1, .mix_s = 2}),
                  run_of(2, {.compute_s = 5, .communication_s = 1, .waiting_s = 2, .mix_s = 3})}};
  const TextReport report = table_report(results);
  const Table& bars = std::get<Table>(report.back());
  REQUIRE(bars.splits.size() == 1);
  CHECK(bars.splits[0].compute_s == 2.5);
  CHECK(bars.splits[0].mix_s == 2.5);
  CHECK(bars.splits[0].communication_s == 1.5);
  CHECK(bars.splits[0].waiting_s == 1.5);
}

}  // namespace
}  // namespace palsim
