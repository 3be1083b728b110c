// Where two methods of an experiment take the same time.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "experiments/inverse/curve_answers.hpp"
#include "experiments/inverse/numeric_key.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

double ratio_in(const Outcomes& outcomes) {
  return outcomes[0].wall_clock_s / outcomes[1].wall_clock_s;
}

using Pair = std::array<const LabelledMethod*, 2>;

const LabelledMethod* labelled(const Run& run, const std::string& label) {
  const auto at = std::find_if(run.methods.begin(), run.methods.end(),
                               [&](const LabelledMethod& method) { return method.label == label; });
  return at == run.methods.end() ? nullptr : &*at;
}

// A label may hold a comma itself, so each is tried.
Pair pair_of(const Run& run, const std::string& labels) {
  std::vector<std::string> known;
  for (const LabelledMethod& method : run.methods) known.push_back(method.label);
  std::string unknown;
  for (std::size_t comma = labels.find(','); comma != std::string::npos;
       comma = labels.find(',', comma + 1)) {
    const std::string one = labels.substr(0, comma);
    const std::string other = labels.substr(comma + 1);
    const Pair pair{labelled(run, one), labelled(run, other)};
    if (pair[0] != nullptr && pair[1] != nullptr) {
      require<InputError>(pair[0] != pair[1],
                          "--break-even {}: the same method twice; write two labels", labels);
      return pair;
    }
    if (unknown.empty()) unknown = pair[0] == nullptr ? one : other;
  }
  require<InputError>(!unknown.empty(), "--break-even {}: write two labels, such as {},{}", labels,
                      known.front(), known.back());
  throw InputError(fmt::format("--break-even {}: no method is labelled '{}'{}", labels, unknown,
                               suggestion(unknown, known)));
}

// The fabric's bandwidth, unless the setting says what.
Unknown unknown_for(InverseSetting setting, const Experiment& experiment) {
  if (!setting.solve.empty()) return solved_for(setting, experiment);
  setting.solve = "cluster.fabric.bandwidth";
  std::vector<std::string> keys = numeric_keys(setting.experiment, setting.overrides);
  if (std::find(keys.begin(), keys.end(), setting.solve) == keys.end()) {
    std::erase_if(keys, [](const std::string& key) {
      return !key.starts_with("cluster.device.") && !key.starts_with("compute.");
    });
    throw InputError(fmt::format(
        "--break-even: {} has no fabric; write --solve with another key, such as "
        "workers{}{}",
        experiment.cluster.name, keys.empty() ? "" : " or ", keys.empty() ? "" : keys.front()));
  }
  return solved_for(setting, experiment);
}

std::string times(const Outcomes& outcomes) {
  return fmt::format("{:.6g} s against {:.6g} s", outcomes[0].wall_clock_s,
                     outcomes[1].wall_clock_s);
}

// "diloco is faster", "both take the same time".
std::string order_in(const InverseAnswer& answer, const Outcomes& outcomes) {
  const double first = outcomes[0].wall_clock_s;
  const double second = outcomes[1].wall_clock_s;
  if (first == second) return "both take the same time";
  return fmt::format("{} is faster", answer.labels[first < second ? 0 : 1]);
}

// Where the order never changes.
InverseAnswer never(Curve& curve, const std::vector<CurveSample>& samples) {
  InverseAnswer answer = answer_at(curve, samples.back().at);
  const Place least = samples.front().at;
  const Outcomes& at_least = curve.at(least);
  // Ties with one method being faster elsewhere are no change of order.
  const auto decided = std::find_if(samples.begin(), samples.end(),
                                    [](const CurveSample& sample) { return sample.value != 1; });
  const Outcomes& telling = decided == samples.end() ? at_least : curve.at(decided->at);
  answer.meaning = order_in(answer, telling);
  answer.remarks.push_back(
      fmt::format("no break-even: {} all over the range, {} at {} and {} at {}", answer.meaning,
                  times(at_least), curve.unknown().text(least), times(answer.outcomes),
                  curve.unknown().text(samples.back().at)));
  answer.remarks.insert(answer.remarks.end(), curve.refusals().begin(), curve.refusals().end());
  return answer;
}

std::vector<InverseAnswer> answered(Curve& curve) {
  const std::vector<CurveSample> samples = curve.samples(ratio_in);
  const std::vector<Place> crossings =
      changes(samples, [&](Place place) { return ratio_in(curve.at(place)) < 1; });
  std::vector<InverseAnswer> answers;
  for (const Place place : crossings) {
    InverseAnswer answer = answer_at(curve, place);
    find_at(answer, curve, place, place - 1);
    answer.meaning = fmt::format("{} below, {} from there on", order_in(answer, *answer.beside),
                                 order_in(answer, answer.outcomes));
    answers.push_back(std::move(answer));
  }
  if (crossings.empty()) answers.push_back(never(curve, samples));
  const auto text = [](double ratio) { return fmt::format("{:.6f}", ratio); };
  for (InverseAnswer& answer : answers) {
    judge(answer, curve, monotonicity_of(samples), "the ratio of the two times is", text);
  }
  return answers;
}

}  // namespace

std::vector<InverseAnswer> break_even_answers(const InverseSetting& setting,
                                              const std::string& labels, const Progress& told) {
  const Experiment experiment = load_experiment(setting.experiment, setting.overrides);
  const Pair pair = pair_of(experiment.runs.front(), labels);
  const Unknown unknown = unknown_for(setting, experiment);
  std::vector<Curve> curves;
  for (std::size_t r = 0; r < runs_asked(experiment, unknown); ++r) {
    curves.emplace_back(Subject{setting.experiment,
                                setting.overrides,
                                r,
                                {pair[0]->label, pair[1]->label},
                                {pair[0]->method.name, pair[1]->method.name}},
                        unknown);
  }
  return answers_of(curves, told, answered);
}

}  // namespace palsim
