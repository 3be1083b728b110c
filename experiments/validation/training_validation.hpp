// Predictions held against training on this machine. What a prediction needs is measured first: the
// machine, and steps of the experiment's model that communicate with nobody. Then every method is
// predicted at every number of workers, then run, several times in turn; neither the calibration
// nor the prediction has seen these runs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "experiments/calibrate/machine_calibration.hpp"
#include "experiments/experiment/experiment.hpp"
#include "experiments/trace/chrome_trace.hpp"
#include "real/backend/backend.hpp"
#include "real/measure/local_steps.hpp"
#include "real/training/time_account.hpp"

namespace palsim {

// What is measured of the experiment's own model.
struct StepCalibration {
  double data_time_s = 0;         // loading a step's samples, one worker alone
  BytesPerSecond updates;         // of the model's number of parameters
  std::vector<LocalSteps> local;  // with 1, 2, 4, ... workers at once
};

// A gradient step's, without its samples, of one worker alone. Throws InputError where it does not
// stand out from what was measured beside it.
Duration step_time_of(const StepCalibration& calibration, Duration optimizer);

struct TimedRun {
  double wall_clock_s = 0;
  TimeAccount mean;  // over the workers
};

struct ValidatedMethod {
  std::string label;
  std::string method;
  Rank workers = 1;
  TimedRun predicted;
  TimedRun measured;                  // the run of median wall clock
  std::vector<double> wall_clocks_s;  // of all runs

  double error() const {
    return (predicted.wall_clock_s - measured.wall_clock_s) / measured.wall_clock_s;
  }
  // From the shortest to the longest run, over the median.
  double spread() const;
};

struct TrainingValidation {
  std::string experiment;
  std::string model;
  Step steps = 0;
  std::int64_t batch_per_worker = 1;
  std::string processor;
  std::string unit;  // what the backend has of it: "core", "GPU"
  Rank units = 1;
  std::string cluster;  // what was calibrated, as a file of topologies/
  StepCalibration calibration;
  std::vector<ValidatedMethod> methods;
  double predicting_s = 0;  // what all predictions took
  double running_s = 0;     // and one run of each
  // If asked for: of each method its simulated run, and the last of the measured ones.
  std::vector<TracedRun> traced;
};

struct ValidationOptions {
  std::optional<Topology> machine;  // calibrated before; none: it is measured now
  int repeats = 3;
  enum class Runs { timed, timed_and_traced };
  Runs runs = Runs::timed;
  std::function<void(const std::string& doing, double share)> progress;
};

// The experiment's cluster gives way to this machine, as the backend uses it. Throws InputError.
TrainingValidation validate_training(Experiment experiment, const Backend& backend,
                                     const ValidationOptions& options);

}  // namespace palsim
