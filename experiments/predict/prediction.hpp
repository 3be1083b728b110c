// What `palsim predict` answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/command/team.hpp"
#include "experiments/experiment/experiment.hpp"
#include "experiments/network/link_report.hpp"
#include "sim/core/statistics.hpp"
#include "sim/replay/replay.hpp"

namespace palsim {

// Over the seeds.
struct Distribution : Percentiles {
  double mean = 0;
};

struct MethodPrediction {
  std::string label;
  std::string method;
  Distribution wall_clock_s;
  Tally mean;  // over workers and seeds
  Bytes memory_per_worker;
  double speedup = 1;  // against the first method
  std::vector<double> wall_clock_of_seeds_s = {};
  std::vector<LinkUse> links = {};     // of the mean run, if asked for
  std::vector<StepClock> clocks = {};  // of each seed's run, if asked for

  double compute_s() const { return mean.gradient_s + mean.other_compute_s; }
  double utilization() const {
    return wall_clock_s.mean > 0 ? mean.gradient_s / wall_clock_s.mean : 0;
  }
};

struct Prediction {
  std::string experiment;
  std::string cluster;
  std::string model;
  Rank workers = 1;
  Seed seed = 0;
  int seeds = 1;
  Step steps = 1;
  std::int64_t batch_per_worker = 1;
  Duration gradient_step;  // one step of one worker that communicates with nobody
  Bytes device_memory;
  Rank workers_per_device = 1;
  std::vector<MethodPrediction> methods;
  std::optional<PublishedGain> published;
};

enum class Links { ignored, counted };
enum class StepClocks { ignored, kept };
struct Details {
  Links links = Links::ignored;
  StepClocks clocks = StepClocks::ignored;
};

// One for each of the experiment's numbers of workers. Seeds and methods run in parallel; the
// result does not depend on the number of threads. `progress` is told what share of the runs
// is done, by one thread at a time.
std::vector<Prediction> predict(const Experiment& experiment, Details details,
                                const Progress& progress);

// The first seed's run of one method, as far as its rounds are to be kept; `progress` is told what
// share of it is done.
Timeline timeline_of(const Experiment& experiment, const Run& run, const LabelledMethod& method,
                     const KeptRounds& kept, const Progress& progress = {});

}  // namespace palsim
