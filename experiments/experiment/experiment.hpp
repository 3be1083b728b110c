// An experiment as its file describes it: a cluster, a model, how the training runs, and the
// methods to compare.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/experiment/training_table.hpp"
#include "models/layer_spec.hpp"
#include "models/model.hpp"
#include "sim/methods/inner_optimizer.hpp"
#include "sim/methods/method.hpp"
#include "sim/replay/spread.hpp"
#include "topologies/topology.hpp"

namespace palsim {

enum class Precision { fp32, tf32, bf16, fp16 };

struct LabelledMethod {
  std::string label;
  Method method;
  Value table;           // as written
  std::string settings;  // the same in a line, for whoever asks whether another run's were the same
};

// The methods at one number of workers; with `epochs`, that number decides how many steps it takes.
struct Run {
  Rank workers = 1;
  Step steps = 1;
  std::vector<LabelledMethod> methods;
};

// A figure that was published for these runs: how much less time `method` took than `against`.
struct PublishedGain {
  std::string method;  // labels
  std::string against;
  double percent = 0;
  std::string source;
};

struct Experiment {
  std::string name;
  std::vector<std::string> files;  // what was read, the experiment itself last
  Topology cluster;
  ModelSpec model_spec;
  Model model;
  std::vector<Run> runs;
  std::int64_t batch_per_worker = 1;  // samples of one optimizer step
  std::int64_t micro_batches = 1;     // forward and backward passes that share them
  Precision precision = Precision::fp32;
  InnerOptimizer optimizer = InnerOptimizer::momentum_sgd;
  bool gradient_clipping = false;
  std::optional<Duration> step_time;
  // Where these were written, for what shows itself only later.
  Origin model_origin;
  Origin data_origin;
  Origin workers_origin;
  Origin batch_origin;
  Origin steps_origin;
  Origin precision_origin;
  Origin step_time_origin;
  Duration data_time;
  Spread spread;
  Seed seed = 0;
  int seeds = 1;
  std::optional<InnerSettings> training;  // how it is trained for real, if it says so
  std::optional<DataDescription> data;
  // As written, in a line: of both, and of the model.
  std::string training_settings;
  std::string model_settings;
  std::optional<PublishedGain> published;
};

// One key of a method's table, and what to write there.
struct Setting {
  std::string key;
  Value value;
};

// The same method with other settings, for a run of `steps` steps. Throws InputError for what the
// method does not know.
LabelledMethod with_settings(const LabelledMethod& method, Step steps,
                             const std::vector<Setting>& settings);

// Loads an experiment by name or path with `overrides` ("key=value") laid over it; keys that begin
// with "cluster." or "model." are laid over the files named there. Throws InputError.
Experiment load_experiment(const std::string& name, const std::vector<std::string>& overrides);

}  // namespace palsim
