#include "experiments/validation/training_validation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/command/counted.hpp"
#include "sim/core/statistics.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

std::string pair(double predicted, double measured) {
  return fmt::format("{:.3g} | {:.3g}", predicted, measured);
}

std::vector<double> absolute_errors_of(const TrainingValidation& validation) {
  std::vector<double> errors;
  for (const ValidatedMethod& method : validation.methods) {
    errors.push_back(std::fabs(method.error()));
  }
  std::sort(errors.begin(), errors.end());
  return errors;
}

Json times_object(const TimedRun& run) {
  return {{"wall_clock_s", run.wall_clock_s},
          {"compute_s", run.mean.compute_s},
          {"communication_s", run.mean.communication_s},
          {"waiting_s", run.mean.waiting_s}};
}

Json calibration_object(const TrainingValidation& validation) {
  const StepCalibration& calibration = validation.calibration;
  Json local = Json::array();
  for (const LocalSteps& steps : calibration.local) {
    local.push_back(
        {{"workers", steps.workers}, {"step_s", steps.step_s}, {"variation", steps.variation}});
  }
  return {{"local_steps", std::move(local)},
          {"data_time_s", calibration.data_time_s},
          {"updates_Bps", calibration.updates.count()},
          {"cluster", validation.cluster}};
}

}  // namespace

TextReport table_report(const TrainingValidation& validation) {
  std::vector<TextRow> rows{{"method", "workers", "wall clock (s)", "compute (s)", "comm (s)",
                             "waiting (s)", "error", "spread"}};
  Rank workers = validation.methods.front().workers;
  for (const ValidatedMethod& method : validation.methods) {
    if (std::exchange(workers, method.workers) != method.workers) rows.emplace_back();
    const TimedRun& predicted = method.predicted;
    const TimedRun& measured = method.measured;
    rows.push_back({method.label, fmt::format("{}", method.workers),
                    pair(predicted.wall_clock_s, measured.wall_clock_s),
                    pair(predicted.mean.compute_s, measured.mean.compute_s),
                    pair(predicted.mean.communication_s, measured.mean.communication_s),
                    pair(predicted.mean.waiting_s, measured.mean.waiting_s),
                    fmt::format("{:+.1f} %", 100 * method.error()),
                    fmt::format("{:.1f} %", 100 * method.spread())});
  }
  const StepCalibration& calibration = validation.calibration;
  std::string steps;
  for (const LocalSteps& local : calibration.local) {
    steps += fmt::format("{}{} with {}", steps.empty() ? "" : ", ",
                         to_string(Duration::seconds(local.step_s)), local.workers);
  }
  const std::vector<double> errors = absolute_errors_of(validation);
  return {
      Line{fmt::format(
          "{}: {}, {} of {} per worker, on {} of {}; predicted | measured, median of {}",
          validation.experiment, validation.model, counted(validation.steps, "step"),
          counted(validation.batch_per_worker, "sample"),
          counted(validation.units, validation.unit), validation.processor,
          counted(static_cast<std::int64_t>(validation.methods.front().wall_clocks_s.size()),
                  "run"))},
      Line{fmt::format(
          "calibrated on: a step without communication takes {} at once (one varies by {:.1f} %)",
          steps, 100 * calibration.local.front().variation)},
      Table{std::move(rows)},
      Line{fmt::format("error of the wall clock: median {:.1f} %, worst {:.1f} %; predicting took "
                       "{:.2g} s, one run of each {:.3g} s",
                       100 * median(errors), 100 * errors.back(), validation.predicting_s,
                       validation.running_s)}};
}

std::string json_report(const TrainingValidation& validation) {
  Json methods = Json::array();
  for (const ValidatedMethod& method : validation.methods) {
    methods.push_back({{"label", method.label},
                       {"method", method.method},
                       {"workers", method.workers},
                       {"predicted", times_object(method.predicted)},
                       {"measured", times_object(method.measured)},
                       {"error", method.error()},
                       {"spread", method.spread()},
                       {"wall_clocks_s", method.wall_clocks_s}});
  }
  return Json{{"experiment", validation.experiment},
              {"machine",
               {{"processor", validation.processor},
                {validation.unit == "core" ? "cores" : "gpus", validation.units}}},
              {"calibration", calibration_object(validation)},
              {"methods", std::move(methods)},
              {"predicting_s", validation.predicting_s},
              {"running_s", validation.running_s}}
             .dump(2) +
         '\n';
}

}  // namespace palsim
