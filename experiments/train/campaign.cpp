#include "experiments/train/campaign.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "experiments/command/counted.hpp"
#include "experiments/command/progress.hpp"
#include "experiments/trace/measured_timeline.hpp"
#include "real/comm/mpi_process.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

// Letters, digits and what else may stand in a file's name anywhere; the rest in hexadecimal.
std::string file_name_of(const std::string& label) {
  std::string name;
  for (const char c : label) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
    name += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return name;
}

// Made now, so that it does not turn out after a minute of training that it cannot be.
void require_folder(const std::string& checkpoints) {
  std::error_code failure;
  fs::create_directories(checkpoints, failure);
  require<InputError>(!failure && access(checkpoints.c_str(), W_OK | X_OK) == 0,
                      "--checkpoint {}: cannot be written; write the name of a folder that can be",
                      checkpoints);
}

std::string kept(const TrainingJob& job) {
  if (job.checkpoints.empty()) return "";
  const auto checkpoint = latest_checkpoint(job.checkpoints);
  return checkpoint ? fmt::format(" (the checkpoint of step {} is kept)", checkpoint->step) : "";
}

}  // namespace

Campaign::Campaign(const CampaignOptions& options, const Experiment& experiment,
                   const Backend& backend, Group* processes)
    : options_(options),
      backend_(backend),
      trainable_(experiment),
      parts_(parts_of(experiment, options.methods)),
      processes_(processes) {
  results_ = {.experiment = experiment.name,
              .model = experiment.model.name,
              .backend = backend.name(),
              .batch_per_worker = experiment.batch_per_worker};
  for (const Run& run : experiment.runs) results_.steps.insert(run.steps);
  const std::map<std::string, Step> begins = first_steps();
  for (const Part& part : parts_) require_runnable(part);
  if (!options.checkpoints.empty()) require_folder(options.checkpoints);
  if (!options.checkpoints.empty() && !resumes_in_place() && reports()) require_unused();
  if (options.log.empty() || !reports()) return;
  const bool one = experiment.runs.size() == 1 && experiment.seeds == 1;
  require<InputError>(one,
                      "--log {}: a log is of one number of workers and one seed; write "
                      "--set workers=N and --set seeds=1",
                      options.log);
  log_.emplace(options.log, begins);
}

// Whatever the two folders' names are.
bool Campaign::resumes_in_place() const {
  return !options_.resume.empty() && fs::equivalent(options_.checkpoints, options_.resume);
}

// Another run's checkpoints are not to be lost.
void Campaign::require_unused() const {
  for (const Part& part : parts_) {
    const auto known = latest_checkpoint(folder_of(options_.checkpoints, part));
    require<InputError>(!known,
                        "--checkpoint {0}: it holds step {1} of {2} already; write --resume {0} to "
                        "go on from there, or another folder",
                        options_.checkpoints, known ? known->step : 0, part.method->label);
  }
}

void Campaign::run() {
  for (std::size_t at = 0; at < parts_.size(); ++at) run_part(at);
}

std::vector<Campaign::Part> Campaign::parts_of(const Experiment& experiment,
                                               const std::vector<std::string>& chosen) {
  std::vector<std::string> labels;
  for (const LabelledMethod& method : experiment.runs.front().methods) {
    labels.push_back(method.label);
  }
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  for (const std::string& label : chosen) {
    require<InputError>(has(labels, label), "--method {}: no method has this label{}", label,
                        suggestion(label, labels));
  }
  std::vector<Part> parts;
  for (const Run& run : experiment.runs) {
    for (const LabelledMethod& method : run.methods) {
      const bool wanted = chosen.empty() || has(chosen, method.label);
      for (int s = 0; wanted && s < experiment.seeds; ++s) {
        parts.push_back({&run, &method, experiment.seed + static_cast<Seed>(s)});
      }
    }
  }
  return parts;
}

fs::path Campaign::folder_of(const std::string& checkpoints, const Part& part) {
  return fs::path(checkpoints) / fmt::format("workers-{}-seed-{}", part.run->workers, part.seed) /
         file_name_of(part.method->label);
}

std::map<std::string, Step> Campaign::first_steps() const {
  std::map<std::string, Step> steps;
  if (options_.resume.empty()) return steps;
  bool any = false;
  for (const Part& part : parts_) {
    const auto checkpoint = latest_checkpoint(folder_of(options_.resume, part));
    steps[part.method->label] = checkpoint ? checkpoint->step : 0;
    any = any || checkpoint;
  }
  require<InputError>(any,
                      "--resume {}: no checkpoint of these methods, workers and seeds there; write "
                      "the folder that --checkpoint was given",
                      options_.resume);
  return steps;
}

Step Campaign::first_step_of(const Part& part) const {
  if (options_.resume.empty()) return 0;
  const auto checkpoint = latest_checkpoint(folder_of(options_.resume, part));
  return checkpoint ? checkpoint->step : 0;
}

std::string Campaign::name_of(const Part& part) const {
  const auto other = [&](const Part& any) { return any.run != part.run || any.seed != part.seed; };
  const std::string name = "measured: " + part.method->label;
  if (std::none_of(parts_.begin(), parts_.end(), other)) return name;
  return fmt::format("{}, {}, seed {}", name, counted(part.run->workers, "worker"), part.seed);
}

void Campaign::require_runnable(const Part& part) const {
  const TrainingJob job = trainable_.job(*part.run, *part.method, part.seed, backend_);
  try {
    palsim::require_runnable(job, part.run->workers);
    require_places(job, processes_ == nullptr ? part.run->workers : processes_on_this_machine());
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", part.method->label, error.what()));
  }
}

void Campaign::run_part(std::size_t at) {
  const Part& part = parts_[at];
  TrainingJob job = trainable_.job(*part.run, *part.method, part.seed, backend_);
  if (!options_.checkpoints.empty()) {
    job.checkpoints = folder_of(options_.checkpoints, part);
    job.checkpoint_every_s = options_.checkpoint_every.in_seconds();
  }
  if (!options_.resume.empty()) job.resume = folder_of(options_.resume, part);
  job.stop_wanted = options_.stop_wanted;
  ProgressBar bar;
  job.report = [&](std::span<const StepSummary> steps) {
    if (log_) log_->append(part.method->label, steps);
    if (steps.empty()) return;
    bar.advance(static_cast<double>(steps.back().step + 1) / static_cast<double>(part.run->steps),
                note_of(at, steps));
  };
  Timeline timeline(rounds_in_trace(parts_.size()));
  const Step first_step = first_step_of(part);
  if (!options_.trace.empty()) record_into(timeline, job);
  TrainingOutcome outcome;
  try {
    outcome = train(job, *part.run);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}{}", part.method->label, error.what(), kept(job)));
  }
  results_.methods.push_back(
      {part.run->workers, part.seed, part.method->label, part.method->method.name, outcome});
  if (!options_.trace.empty()) {
    timeline.finish(outcome.steps, {});
    traced_.push_back({name_of(part), part.run->workers, std::move(timeline), first_step});
  }
  if (outcome.steps < part.run->steps) {
    throw Error(
        fmt::format("{}: stopped at step {}{}", part.method->label, outcome.steps,
                    options_.checkpoints.empty()
                        ? ""
                        : fmt::format("; --resume {} goes on from there", options_.checkpoints)));
  }
}

TrainingOutcome Campaign::train(const TrainingJob& job, const Run& run) const {
  if (processes_ == nullptr) return train_on_threads(job, run.workers);
  return train_worker(job, *processes_);
}

std::string Campaign::note_of(std::size_t at, std::span<const StepSummary> steps) const {
  const StepSummary& last = steps.back();
  std::string loss;
  for (const StepSummary& step : steps) {
    if (step.loss) loss = fmt::format(", loss {:.4g}", *step.loss);
  }
  return fmt::format("{} of {}: {} step {} of {}{}, {:.3g} ms a step", at + 1, parts_.size(),
                     parts_[at].method->label, last.step + 1, parts_[at].run->steps, loss,
                     1000 * last.time.wall_clock_s() / static_cast<double>(last.step + 1));
}

}  // namespace palsim
