// Runs with checkpoints that are stopped at a meeting of their workers, and go on.
#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>

#include "real/training/training.hpp"
#include "tests/real/training/short_run.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {

inline constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// The first meeting is number 0. Workers ask at each, and none comes to the next before all were at
// this one.
class StopAtMeeting {
 public:
  StopAtMeeting(std::int64_t meeting, Rank workers)
      : asked_before_(meeting == never ? never : meeting * workers) {}
  bool operator()() { return asked_++ >= asked_before_; }

 private:
  std::int64_t asked_before_;
  std::atomic<std::int64_t> asked_ = 0;
};

struct LoggedStep {
  Step step;
  std::optional<double> loss;
  friend bool operator==(const LoggedStep&, const LoggedStep&) = default;
};

struct Attempt {
  TrainingOutcome outcome;
  std::vector<LoggedStep> log;
};

inline RunIdentities identity_of(const ShortRun& run) {
  std::string method = run.method;  // messages are one line
  std::replace(method.begin(), method.end(), '\n', ' ');
  return {{"model", std::to_string(run.layers.size())},
          {"method", method},
          {"number of workers", std::to_string(run.workers)},
          {"seed", std::to_string(run.seed)}};
}

inline TrainingJob job_of(const ShortRun& run, const ShortRunParts& parts) {
  return {.setting = parts.setting,
          .graph = parts.graph,
          .backend = *parts.backend,
          .identity = identity_of(run)};
}

inline Attempt attempt(TrainingJob job, Rank workers, std::int64_t stop_at_meeting) {
  Attempt attempt;
  StopAtMeeting stop(stop_at_meeting, workers);
  job.stop_wanted = [&] { return stop(); };
  job.report = [&](std::span<const StepSummary> steps) {
    for (const StepSummary& step : steps) attempt.log.push_back({step.step, step.loss});
  };
  attempt.outcome = train_on_threads(job, workers);
  return attempt;
}

// Keeps checkpoints in `folder`, and goes on from the one that is there.
inline Attempt attempt(const ShortRun& run, const std::filesystem::path& folder,
                       std::int64_t stop_at_meeting = never) {
  const ShortRunParts parts(run);
  TrainingJob job = job_of(run, parts);
  job.checkpoints = job.resume = folder;
  return attempt(std::move(job), run.workers, stop_at_meeting);
}

// What the folder's checkpoint holds of a worker; `like` has vectors of the same sizes.
inline Trained checkpointed(const ShortRun& run, const std::filesystem::path& folder, Rank rank,
                            const Trained& like) {
  const std::optional<Checkpoint> checkpoint = latest_checkpoint(folder);
  REQUIRE(checkpoint.has_value());
  Trained loaded{like.state, {}, {}};
  std::vector<std::span<float>> state;
  for (Vector& vector : loaded.state) {
    std::fill(vector.begin(), vector.end(), -77.F);
    state.emplace_back(vector);
  }
  loaded.progress =
      load_checkpoint(checkpoint->path, rank, identity_of(run), state, *cpu_device<float>());
  return loaded;
}

}  // namespace palsim
