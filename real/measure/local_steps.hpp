// How long a step takes that communicates with nobody, when one or several workers of this machine
// take such steps at once: what a prediction is calibrated on.
#pragma once

#include <vector>

#include "real/training/training.hpp"

namespace palsim {

struct LocalSteps {
  Rank workers = 1;
  double step_s = 0;     // mean over workers and steps
  double variation = 0;  // standard deviation over mean, of single steps
};

// Takes gradient steps for about so long, from the job's first step on; the first ones, which find
// caches and pages cold, do not count.
LocalSteps measure_local_steps(const TrainingJob& job, Rank workers, double seconds);

// The total speed of 1, 2, ... workers at once in units of one alone, at most their number; linear
// between the numbers measured. `measured` ascends from one worker.
std::vector<double> throughput_of(const std::vector<LocalSteps>& measured);

// One step's samples, fetched: seconds, the median of all fetched within so long. The mean would
// hold what else the machine did meanwhile, and come out longer than the steps themselves.
double measure_data_time(const TrainingSetting& setting, double seconds);

}  // namespace palsim
