#include "experiments/report/experiment_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "experiments/command/counted.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

const char* name_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::tf32:
      return "tf32";
    case Precision::bf16:
      return "bf16";
    case Precision::fp16:
      return "fp16";
  }
  return "";
}

std::string slow_workers(const Spread& spread) {
  std::vector<std::string> parts;
  for (const auto& [rank, factor] : spread.slow_workers) {
    parts.push_back(fmt::format("rank {} x {}", rank, factor));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string batch(const Experiment& experiment) {
  const std::string samples = counted(experiment.batch_per_worker, "sample") + " per worker";
  if (experiment.micro_batches == 1) return samples;
  return fmt::format("{} in {} micro-batches", samples, experiment.micro_batches);
}

std::string stalls(const Stalls& stalls) {
  constexpr double seconds_per_hour = 3600;
  return fmt::format("{:.4g} an hour, {} each", stalls.rate.count() * seconds_per_hour,
                     to_string(stalls.duration));
}

std::string seeds(const Experiment& experiment) {
  const Seed last = experiment.seed + static_cast<Seed>(experiment.seeds - 1);
  if (experiment.seeds == 1) return fmt::format("{}", experiment.seed);
  return fmt::format("{} to {}", experiment.seed, last);
}

// "palsgd: mix_probability 0.05, sync_interval 64": the method, then what its table sets.
std::string own_settings(const LabelledMethod& method) {
  std::vector<std::string> parts;
  for (const Entry& entry : std::get<Value::Table>(method.table.data)) {
    if (entry.key == "label" || entry.key == "name") continue;
    const auto* text = std::get_if<std::string>(&entry.value.data);
    parts.push_back(
        fmt::format("{} {}", entry.key, text != nullptr ? *text : entry.value.description()));
  }
  return fmt::format("{}{}{}", method.method.name, parts.empty() ? "" : ": ",
                     fmt::join(parts, ", "));
}

}  // namespace

std::vector<SettingText> settings_of(const Experiment& experiment, const Run& run,
                                     const std::vector<std::string>& overrides) {
  const Spread& spread = experiment.spread;
  std::vector<SettingText> settings{{"cluster", experiment.cluster.name},
                                    {"model", experiment.model.name},
                                    {"workers", fmt::format("{}", run.workers)},
                                    {"steps", fmt::format("{}", run.steps)},
                                    {"batch", batch(experiment)},
                                    {"precision", name_of(experiment.precision)},
                                    {"optimizer", name_of(experiment.optimizer)}};
  if (experiment.gradient_clipping) settings.emplace_back("gradient clipping", "on");
  if (experiment.step_time) settings.emplace_back("step time", to_string(*experiment.step_time));
  if (experiment.data_time > Duration()) {
    settings.emplace_back("data time", to_string(experiment.data_time));
  }
  if (spread.jitter > 0) settings.emplace_back("jitter", fmt::format("{}", spread.jitter));
  if (!spread.slow_workers.empty()) settings.emplace_back("slow workers", slow_workers(spread));
  if (spread.stalls.rate.count() > 0) settings.emplace_back("stalls", stalls(spread.stalls));
  settings.emplace_back(experiment.seeds == 1 ? "seed" : "seeds", seeds(experiment));
  for (const LabelledMethod& method : run.methods) {
    settings.emplace_back("method " + method.label, own_settings(method));
  }
  for (const std::string& set : overrides) settings.emplace_back("set", set);
  return settings;
}

}  // namespace palsim
