#include "experiments/choose/candidate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "experiments/command/run_name.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

constexpr std::size_t most_candidates = 10'000;

std::vector<std::string> known_names(const Experiment& experiment) {
  std::vector<std::string> known;
  for (const LabelledMethod& method : experiment.runs.front().methods) {
    known.push_back(method.label);
    if (method.label != method.method.name) known.push_back(method.method.name);
  }
  return known;
}

// The list split at its commas, but for those within a label: the longest known name counts.
std::vector<std::string> names_in(const std::string& list, const std::vector<std::string>& known) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    while (begin < list.size() && list[begin] == ' ') ++begin;
    std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string first = list.substr(begin, end - begin);
    for (const std::string& name : known) {
      const std::size_t after = begin + name.size();
      const bool whole = after >= list.size() || list[after] == ',';
      if (whole && list.compare(begin, name.size(), name) == 0) end = std::max(end, after);
    }
    names.push_back(list.substr(begin, end - begin));
    const bool found = std::find(known.begin(), known.end(), names.back()) != known.end();
    require<InputError>(found, "--methods {}: no method of the experiment is called so{}", first,
                        suggestion(first, known));
    begin = end + 1;
  }
  return names;
}

bool is_chosen(const LabelledMethod& method, const std::vector<std::string>& chosen) {
  if (chosen.empty()) return true;
  return std::any_of(chosen.begin(), chosen.end(), [&](const std::string& name) {
    return name == method.label || name == method.method.name;
  });
}

// Values that no chosen method takes are a slip.
void require_taken(const Experiment& experiment, const Choices& choices,
                   const std::vector<std::string>& chosen) {
  const auto any = [&](auto has) {
    const std::vector<LabelledMethod>& methods = experiment.runs.front().methods;
    return std::any_of(methods.begin(), methods.end(), [&](const LabelledMethod& method) {
      return is_chosen(method, chosen) && has(method.method);
    });
  };
  require<InputError>(
      choices.sync_intervals.empty() ||
          any([](const Method& method) { return method.sync_interval.has_value(); }),
      "--sync-interval: no chosen method has one; choose another method, or leave it out");
  require<InputError>(
      choices.mix_probabilities.empty() ||
          any([](const Method& method) { return method.mix_probability.has_value(); }),
      "--mix-probability: no chosen method has one; choose another method, or leave it out");
}

// The given values where the method has the setting and values are given; else its own alone.
template <class T>
std::vector<std::optional<T>> values_for(const std::optional<T>& own, const std::vector<T>& given) {
  if (!own || given.empty()) return {own};
  return {given.begin(), given.end()};
}

LabelledMethod varied(const LabelledMethod& method, Step steps, const std::optional<Step>& interval,
                      const std::optional<double>& probability) {
  std::vector<Setting> settings;
  if (interval) {
    settings.push_back({"sync_interval", {.origin = {"--sync-interval"}, .data = *interval}});
  }
  if (probability) {
    settings.push_back(
        {"mix_probability", {.origin = {"--mix-probability"}, .data = *probability}});
  }
  return with_settings(method, steps, settings);
}

}  // namespace

std::string name_of(const Candidate& candidate) {
  const Method& method = candidate.method.method;
  return run_name(candidate.method.label, method.sync_interval, method.mix_probability,
                  candidate.workers);
}

std::vector<Candidate> candidates_of(const Experiment& experiment, const Choices& choices) {
  std::vector<std::string> chosen;
  if (!choices.methods.empty()) chosen = names_in(choices.methods, known_names(experiment));
  require_taken(experiment, choices, chosen);
  std::vector<Candidate> candidates;
  std::set<std::string> names;
  for (const Run& run : experiment.runs) {
    for (const LabelledMethod& method : run.methods) {
      if (!is_chosen(method, chosen)) continue;
      for (const auto& interval : values_for(method.method.sync_interval, choices.sync_intervals)) {
        for (const auto& probability :
             values_for(method.method.mix_probability, choices.mix_probabilities)) {
          Candidate candidate{varied(method, run.steps, interval, probability), run.workers,
                              run.steps};
          require<InputError>(candidates.size() < most_candidates,
                              "more than {} candidates; write fewer values, or use palsim sweep",
                              most_candidates);
          if (names.insert(name_of(candidate)).second) candidates.push_back(std::move(candidate));
        }
      }
    }
  }
  return candidates;
}

std::vector<TimedCandidate> time_candidates(const Experiment& experiment,
                                            const std::vector<Candidate>& candidates,
                                            const Progress& progress) {
  std::map<Rank, std::vector<std::size_t>> by_workers;
  for (std::size_t c = 0; c < candidates.size(); ++c)
    by_workers[candidates[c].workers].push_back(c);
  Experiment tried = experiment;
  tried.runs.clear();
  for (const auto& [workers, own] : by_workers) {
    tried.runs.push_back({.workers = workers, .steps = candidates[own.front()].steps});
    for (const std::size_t c : own) tried.runs.back().methods.push_back(candidates[c].method);
  }
  const std::vector<Prediction> predictions =
      predict(tried, {.clocks = StepClocks::kept}, progress);

  std::vector<TimedCandidate> timed(candidates.size());
  auto run = predictions.begin();
  for (const auto& [workers, own] : by_workers) {
    for (std::size_t m = 0; m < own.size(); ++m) {
      timed[own[m]] = {candidates[own[m]], run->methods[m], run->gradient_step,
                       Bytes(run->device_memory.count() / run->workers_per_device)};
    }
    ++run;
  }
  return timed;
}

}  // namespace palsim
