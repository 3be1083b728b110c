// A real run's rounds as a simulated run's: one writer, one way to sample.
#pragma once

#include "real/training/training.hpp"
#include "sim/replay/timeline.hpp"

namespace palsim {

// The job will record its run there; the timeline outlives the run.
void record_into(Timeline& timeline, TrainingJob& job);

void add_round(Timeline& timeline, const RecordedRound& round);

}  // namespace palsim
