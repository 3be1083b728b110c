#include "experiments/loss/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "experiments/command/content_digest.hpp"
#include "experiments/command/output_file.hpp"
#include "experiments/loss/loss_file.hpp"
#include "experiments/loss/probe_cache.hpp"
#include "experiments/loss/stand_in.hpp"
#include "experiments/train/trainable.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

namespace fs = std::filesystem;

constexpr int least_seeds = 2;
constexpr Step most_steps = 500'000;  // kept in files that are read whole

// Generated data are what the experiment says of them; of files, it says only where they are.
std::string data_content(const DataDescription& data) {
  if (data.kind == DataKind::token_file) return file_digest(data.path);
  if (data.kind != DataKind::cifar10) return "generated";
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(data.path)) {
    if (entry.path().extension() == ".bin") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string digests;
  for (const fs::path& file : files) digests += file_digest(file) + ' ';
  return digests;
}

class Probe final : public LossSource {
 public:
  Probe(const ProbeOptions& options, const Experiment& target, ProbeProgress progress)
      : target_(target),
        progress_(std::move(progress)),
        stand_in_(load_stand_in(options.stand_in, target)),
        limits_{options.steps.value_or(stand_in_.runs.front().steps), options.most_workers},
        seeds_(options.seeds.value_or(std::max(least_seeds, stand_in_.seeds))),
        cache_(options.cache),
        backend_(open_backend(options.backend, stand_in_)),
        trainable_(stand_in_),
        data_content_(data_content(*stand_in_.data)),
        save_(options.save) {
    if (!save_.empty()) require_place_for_losses();
    require<InputError>(limits_.steps <= most_steps,
                        "{}: {} steps are no small scale; write --probe-steps, at most {}",
                        stand_in_.name, limits_.steps, most_steps);
    require<InputError>(seeds_ >= least_seeds, "{} seed: no spread can be seen; write at least {}",
                        seeds_, least_seeds);
  }

  LossAnswer answer(const LossQuestion& question) override {
    StandInRun run = stand_in_run(question, target_, stand_in_, limits_);
    const bool never_met = run.method.method.sync_interval.value_or(0) > run.run.steps;
    std::vector<RecordedCurve> recorded;
    LossAnswer answer{.curves = {}, .doubts = std::move(run.doubts), .beyond = never_met};
    for (int at = 0; at < seeds_; ++at) {
      const ProbedRun probed = probed_run(run, question.method.label, at);
      answer.curves.push_back(smoothed(probed.curve));
      recorded.push_back({question.method.label,
                          run.method.method.sync_interval,
                          run.method.method.mix_probability,
                          run.run.workers,
                          probed.curve,
                          {}});
      if (probed.diverged) {
        answer.doubts.push_back(
            fmt::format("seed {} diverged after {} steps", probed.curve.seed, *probed.diverged));
      }
    }
    recorded.front().doubts = answer.doubts;
    for (const RecordedCurve& curve : recorded) record(curve);
    if (!save_.empty()) write_whole_file(save_, loss_file_text(recorded_));
    return answer;
  }

  std::string description() const override {
    return fmt::format("losses of {}, trained on the {} with {} seeds", stand_in_.name,
                       backend_->name(), seeds_);
  }

 private:
  // What is there and no such file stays.
  void require_place_for_losses() const {
    require_no_input("save-losses", save_, target_.files);
    require_no_input("save-losses", save_, stand_in_.files);
    require<InputError>(!fs::is_regular_file(save_) || holds_losses(save_),
                        "--save-losses {}: holds something else than losses; write another path",
                        save_);
    require_writable(save_);
  }

  // Candidates beyond the most workers share a training.
  void record(const RecordedCurve& curve) {
    const auto same = [&](const RecordedCurve& other) {
      return std::tie(curve.method, curve.sync_interval, curve.mix_probability, curve.workers,
                      curve.curve.seed) == std::tie(other.method, other.sync_interval,
                                                    other.mix_probability, other.workers,
                                                    other.curve.seed);
    };
    if (std::none_of(recorded_.begin(), recorded_.end(), same)) recorded_.push_back(curve);
  }

  ProbedRun probed_run(const StandInRun& run, const std::string& label, int at) {
    const Seed seed = stand_in_.seed + static_cast<Seed>(at);
    TrainingJob job = trainable_.job(run.run, run.method, seed, *backend_);
    const RunIdentities identity = identity_of(job, run.method);
    if (std::optional<ProbedRun> known = cache_.find(identity)) return *known;
    cache_.require_place(identity);
    job.held_out = nullptr;
    job.report_every_s = 0;
    ProbedRun probed{.curve = {.seed = seed, .steps = {}, .losses = {}}, .diverged = std::nullopt};
    job.report = [&](std::span<const StepSummary> steps) {
      for (const StepSummary& step : steps) {
        if (!step.loss) continue;
        probed.curve.steps.push_back(static_cast<double>(step.step + 1));
        probed.curve.losses.push_back(*step.loss);
      }
      if (steps.empty()) return;
      const double done = static_cast<double>(steps.back().step + 1);
      progress_((at + done / static_cast<double>(run.run.steps)) / seeds_,
                fmt::format("{} on {} workers, seed {} of {}: step {} of {}", label,
                            run.run.workers, at + 1, seeds_, steps.back().step + 1, run.run.steps));
    };
    try {
      require_runnable(job, run.run.workers);
      require_places(job, run.run.workers);
      train_on_threads(job, run.run.workers);
    } catch (const Diverged& divergence) {
      probed.diverged = divergence.steps_done();
      probed.curve.diverged = true;
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", label, error.what()));
    }
    cache_.keep(identity, probed);
    return probed;
  }

  // The job's own tells apart what one experiment's runs may be; here experiments, palsims and
  // machines come together.
  RunIdentities identity_of(const TrainingJob& job, const LabelledMethod& method) const {
    const Hardware hardware = backend_->hardware();
    RunIdentities identity = job.identity;
    identity.insert(identity.end(),
                    {{"model as written", stand_in_.model_settings},
                     {"method as written", method.settings},
                     {"training and data as written", stand_in_.training_settings},
                     {"data", data_content_},
                     {"gradient clipping", stand_in_.gradient_clipping ? "yes" : "no"},
                     {"precision", name_of(backend_->precision())},
                     {"computed on", fmt::format("{}, {} {}", backend_->name(), hardware.processor,
                                                 hardware.versions)},
                     {"palsim", PALSIM_VERSION}});
    return identity;
  }

  const Experiment& target_;
  ProbeProgress progress_;
  Experiment stand_in_;
  StandInLimits limits_;
  int seeds_;
  ProbeCache cache_;
  std::unique_ptr<Backend> backend_;
  Trainable trainable_;
  std::string data_content_;
  std::string save_;
  std::vector<RecordedCurve> recorded_;
};

}  // namespace

std::unique_ptr<LossSource> open_probe(const ProbeOptions& options, const Experiment& target,
                                       ProbeProgress progress) {
  return std::make_unique<Probe>(options, target, std::move(progress));
}

}  // namespace palsim
