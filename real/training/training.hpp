// One method's training run, from first step or checkpoint to last: on emulated workers, that is
// threads of this process, or as one worker among processes.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "real/backend/backend.hpp"
#include "real/training/checkpoint.hpp"
#include "real/training/real_worker.hpp"

namespace palsim {

// One step of all workers: means over them.
struct StepSummary {
  Step step = 0;
  std::optional<double> loss;  // over those that took a gradient; none where all mixed
  TimeAccount time;            // so far
};

struct Evaluation {
  double loss = 0;      // mean over the targets
  double accuracy = 0;  // the share of targets that have the largest logit
};

struct TrainingJob {
  TrainingSetting setting;
  const ModelGraph& graph;
  const DataSet* held_out = nullptr;  // the mean of the workers' models is evaluated on it
  const Backend& backend;

  RunIdentities identity;
  std::filesystem::path checkpoints;  // a folder of this method; empty: none are written
  double checkpoint_every_s = 60;
  std::filesystem::path resume;  // a folder of this method; empty: from the first step

  std::function<bool()> stop_wanted = [] { return false; };
  // On rank 0, in the order of steps: at the first meeting of the workers after so long, and at the
  // end. At 0 it is every meeting, so that of a run that fails all of them have been reported.
  double report_every_s = 0.5;
  std::function<void(std::span<const StepSummary>)> report = [](std::span<const StepSummary>) {};
  // If set, told on rank 0, before each report, what the workers did when since the last one.
  std::function<void(const RecordedRound&)> record = {};
};

struct TrainingOutcome {
  Step steps = 0;                        // done in all
  double wall_clock_s = 0;               // of the last worker
  TimeAccount mean;                      // over the workers
  double loss = 0;                       // mean over the workers, each at its last gradient
  std::optional<Evaluation> evaluation;  // if the run came to its end
};

// What each worker does, meeting the others through `host`; all return the same outcome. Throws
// InputError for what the run shows to be wrong: a loss that is not finite, a checkpoint that does
// not fit.
TrainingOutcome train_worker(const TrainingJob& job, Group& host);

// With `workers` threads of this process. Throws what the first of them threw.
TrainingOutcome train_on_threads(const TrainingJob& job, Rank workers);

// Throws InputError for what `workers` workers could not do once they run: fewer samples than
// workers, numbers on the wire that no real collective sends.
void require_runnable(const TrainingJob& job, Rank workers);

// Throws InputError if `workers` workers of this machine, with their optimizers, have no place in
// the backend or its memory.
void require_places(const TrainingJob& job, Rank workers);

}  // namespace palsim
