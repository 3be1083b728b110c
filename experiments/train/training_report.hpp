// What training runs came to, as people and programs read it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "experiments/command/text_report.hpp"
#include "real/training/training.hpp"

namespace palsim {

struct TrainedMethod {
  Rank workers = 1;
  Seed seed = 0;
  std::string label;
  std::string method;
  TrainingOutcome outcome;
};

struct TrainingResults {
  std::string experiment;
  std::string model;
  std::string backend;
  std::set<Step> steps = {};  // epochs are fewer steps where there are more workers
  std::int64_t batch_per_worker = 1;
  std::vector<TrainedMethod> methods;
};

// A row for each method at each number of workers: means over the seeds, and of the held-out
// figures the standard deviation.
TextReport table_report(const TrainingResults& results);
// One object with every run.
std::string json_report(const TrainingResults& results);

}  // namespace palsim
