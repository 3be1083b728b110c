#include "experiments/validation/training_validation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/command/counted.hpp"
#include "experiments/experiment/workload.hpp"
#include "experiments/predict/prediction.hpp"
#include "experiments/trace/measured_timeline.hpp"
#include "experiments/train/trainable.hpp"
#include "real/measure/clock.hpp"
#include "real/measure/kernel_rates.hpp"

namespace palsim {
namespace {

Rank most_workers(const Experiment& experiment) {
  Rank most = 1;
  for (const Run& run : experiment.runs) most = std::max(most, run.workers);
  return most;
}

// 1, 2, 4, ... up to twice what gains from running at once: where sharing begins and where it
// settles.
std::vector<Rank> calibrated_counts(Rank most, const Backend& backend) {
  const Rank last = std::min(most, 2 * backend.most_at_once());
  std::vector<Rank> counts;
  for (Rank count = 1; count < last; count *= 2) counts.push_back(count);
  counts.push_back(last);
  return counts;
}

StepCalibration calibrate_steps(const Experiment& experiment, const TrainingJob& job, Rank most,
                                const std::function<void(double)>& progress) {
  constexpr double seconds = 4;
  StepCalibration calibration;
  calibration.data_time_s = measure_data_time(job.setting, 0.2);
  calibration.updates = measure_updates(job.backend, experiment.model.parameters(), 1);
  const std::vector<Rank> counts = calibrated_counts(most, job.backend);
  for (const Rank count : counts) {
    calibration.local.push_back(measure_local_steps(job, count, seconds));
    progress(static_cast<double>(calibration.local.size()) / static_cast<double>(counts.size()));
  }
  return calibration;
}

// The experiment as it will run here.
void calibrate(Experiment& experiment, Topology machine, const StepCalibration& steps) {
  experiment.cluster = std::move(machine);
  experiment.cluster.device.memory_bandwidth = steps.updates;
  experiment.cluster.device.memory_efficiency = 1;
  experiment.cluster.device.throughput = throughput_of(steps.local);
  experiment.data_time = Duration::seconds(steps.data_time_s);
  experiment.step_time.reset();
  experiment.step_time = step_time_of(steps, workload_of(experiment).optimizer_time());
  experiment.spread = {.jitter = steps.local.front().variation};
  experiment.seeds = 1;  // the runs' own, so that the coins fall alike
}

TimedRun predicted_run(const MethodPrediction& method) {
  return {method.wall_clock_s.mean,
          {.compute_s = method.compute_s(),
           .communication_s = method.mean.communication_s,
           .waiting_s = method.mean.waiting_s,
           .mix_s = method.mean.mix_s}};
}

std::vector<ValidatedMethod> predicted_methods(const Experiment& experiment) {
  std::vector<ValidatedMethod> methods;
  for (const Prediction& prediction : predict(experiment, {}, [](double) {})) {
    for (const MethodPrediction& method : prediction.methods) {
      methods.push_back({.label = method.label,
                         .method = method.method,
                         .workers = prediction.workers,
                         .predicted = predicted_run(method)});
    }
  }
  return methods;
}

// Of each method, in the order of predicted_methods, its simulated run and a place for one that is
// measured.
std::vector<TracedRun> traced_runs(const Experiment& experiment) {
  std::vector<TracedRun> traced;
  const KeptRounds kept =
      rounds_in_trace(2 * experiment.runs.size() * experiment.runs.front().methods.size());
  for (const Run& run : experiment.runs) {
    for (const LabelledMethod& method : run.methods) {
      const std::string name = experiment.runs.size() == 1
                                   ? method.label
                                   : method.label + ", " + counted(run.workers, "worker");
      traced.push_back(
          {"simulated: " + name, run.workers, timeline_of(experiment, run, method, kept)});
      traced.push_back({"measured: " + name, run.workers, Timeline(kept)});
    }
  }
  return traced;
}

// In the order of predicted_methods. What is measured takes its place in `traced`, if there is one.
std::vector<TimedRun> run_all(const Experiment& experiment, const Trainable& trainable,
                              const Backend& backend, std::vector<TracedRun>& traced,
                              const std::function<void(double)>& progress) {
  std::vector<TimedRun> runs;
  const auto all =
      static_cast<double>(experiment.runs.size() * experiment.runs.front().methods.size());
  for (const Run& run : experiment.runs) {
    for (const LabelledMethod& method : run.methods) {
      TrainingJob job = trainable.job(run, method, experiment.seed, backend);
      job.held_out = nullptr;
      Timeline timeline(rounds_in_trace(std::max<std::size_t>(traced.size(), 1)));
      if (!traced.empty()) record_into(timeline, job);
      const TrainingOutcome outcome = train_on_threads(job, run.workers);
      timeline.finish(outcome.steps, {});
      if (!traced.empty()) traced[2 * runs.size() + 1].timeline = std::move(timeline);
      runs.push_back({outcome.wall_clock_s, outcome.mean});
      progress(static_cast<double>(runs.size()) / all);
    }
  }
  return runs;
}

void take_median(ValidatedMethod& method, std::vector<TimedRun> runs) {
  std::sort(runs.begin(), runs.end(),
            [](const TimedRun& a, const TimedRun& b) { return a.wall_clock_s < b.wall_clock_s; });
  for (const TimedRun& run : runs) method.wall_clocks_s.push_back(run.wall_clock_s);
  method.measured = runs[runs.size() / 2];
}

}  // namespace

Duration step_time_of(const StepCalibration& calibration, Duration optimizer) {
  const Duration step = Duration::seconds(calibration.local.front().step_s);
  const Duration data = Duration::seconds(calibration.data_time_s);
  require<InputError>(
      step - data > optimizer,
      "a step with its samples was measured at {}, its samples alone at {}, and the "
      "optimizer takes {}: nothing is left for the gradient; write a larger model "
      "or batch_per_worker, or measure again when the machine is idle",
      to_string(step), to_string(data), to_string(optimizer));
  return step - data;
}

double ValidatedMethod::spread() const {
  const auto [least, most] = std::minmax_element(wall_clocks_s.begin(), wall_clocks_s.end());
  return (*most - *least) / measured.wall_clock_s;
}

TrainingValidation validate_training(Experiment experiment, const Backend& backend,
                                     const ValidationOptions& options) {
  const Trainable trainable(experiment);
  const Rank most = most_workers(experiment);
  const Run& first = experiment.runs.front();
  const TrainingJob job = trainable.job(first, first.methods.front(), experiment.seed, backend);
  require_places(job, most);
  const auto doing = [&](const char* what) {
    return [&options, what](double share) { options.progress(what, share); };
  };

  TrainingValidation validation{.experiment = experiment.name,
                                .model = experiment.model.name,
                                .steps = first.steps,
                                .batch_per_worker = experiment.batch_per_worker,
                                .unit = backend.hardware().unit,
                                .units = backend.hardware().units};
  Topology machine =
      options.machine
          ? *options.machine
          : machine_topology(calibrate_machine(backend, most, doing("measuring the machine")),
                             "this_machine");
  validation.processor = machine.device.name;
  validation.calibration = calibrate_steps(experiment, job, most, doing("measuring steps"));
  calibrate(experiment, std::move(machine), validation.calibration);
  validation.cluster = to_toml(experiment.cluster);

  const Clock::time_point begin = Clock::now();
  validation.methods = predicted_methods(experiment);
  validation.predicting_s = seconds_since(begin);
  if (options.runs == ValidationOptions::Runs::timed_and_traced) {
    validation.traced = traced_runs(experiment);
  }

  std::vector<std::vector<TimedRun>> runs(validation.methods.size());
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    const std::string name = fmt::format("training, {} of {}", repeat + 1, options.repeats);
    const std::vector<TimedRun> once =
        run_all(experiment, trainable, backend, validation.traced,
                [&](double share) { options.progress(name, share); });
    for (std::size_t at = 0; at < once.size(); ++at) runs[at].push_back(once[at]);
  }
  for (std::size_t at = 0; at < runs.size(); ++at) {
    take_median(validation.methods[at], std::move(runs[at]));
    validation.running_s += validation.methods[at].measured.wall_clock_s;
  }
  return validation;
}

}  // namespace palsim
