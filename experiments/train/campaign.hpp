// The training runs of an experiment, one after the other: each method with each seed at each
// number of workers.
#pragma once

#include <filesystem>
#include <map>
#include <optional>

#include "experiments/trace/chrome_trace.hpp"
#include "experiments/train/trainable.hpp"
#include "experiments/train/training_log.hpp"
#include "experiments/train/training_report.hpp"
#include "real/comm/group.hpp"

namespace palsim {

struct CampaignOptions {
  std::vector<std::string> methods;  // labels; empty: all
  std::string log;                   // empty: none
  std::string trace;                 // empty: nothing is recorded for one
  std::string checkpoints;           // a folder; empty: none are kept
  std::string resume;                // a folder of checkpoints to go on from; empty: none
  Duration checkpoint_every = Duration::seconds(60);
  std::function<bool()> stop_wanted = [] { return false; };
};

class Campaign {
 public:
  // Workers are threads of this process, or, where `processes` is given, the processes of that
  // group; the backend outlives it. Throws InputError for what can be seen to be wrong before
  // anything is trained.
  Campaign(const CampaignOptions& options, const Experiment& experiment, const Backend& backend,
           Group* processes);

  // Throws InputError for what goes wrong in a run, and Error if it was stopped. The results so far
  // are there whatever happens to the next.
  void run();

  const TrainingResults& results() const { return results_; }
  // Of the runs so far, if there is to be a trace; the process that reports has them.
  const std::vector<TracedRun>& traced() const { return traced_; }
  // One process of many does.
  bool reports() const { return processes_ == nullptr || processes_->rank() == 0; }

 private:
  struct Part {
    const Run* run;
    const LabelledMethod* method;
    Seed seed;
  };

  static std::vector<Part> parts_of(const Experiment& experiment,
                                    const std::vector<std::string>& chosen);
  static std::filesystem::path folder_of(const std::string& checkpoints, const Part& part);
  // Of a resumed campaign: where each method goes on.
  std::map<std::string, Step> first_steps() const;
  void require_runnable(const Part& part) const;
  bool resumes_in_place() const;
  void require_unused() const;
  void run_part(std::size_t at);
  TrainingOutcome train(const TrainingJob& job, const Run& run) const;
  // A process of the trace.
  std::string name_of(const Part& part) const;
  Step first_step_of(const Part& part) const;
  std::string note_of(std::size_t at, std::span<const StepSummary> steps) const;

  CampaignOptions options_;
  const Backend& backend_;
  Trainable trainable_;
  std::vector<Part> parts_;
  Group* processes_;
  std::optional<TrainingLog> log_;
  TrainingResults results_;
  std::vector<TracedRun> traced_;
};

}  // namespace palsim
