// Which number of an experiment makes a method's utilization.
#include <fmt/format.h>

#include <algorithm>

#include "experiments/inverse/curve_answers.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

double utilization_in(const Outcomes& outcomes) { return outcomes.front().utilization; }
std::string percent(double utilization) { return fmt::format("{:.4f} %", 100 * utilization); }

InverseAnswer without_unknown(Curve& curve) {
  InverseAnswer answer = answer_at(curve, curve.unknown().start);
  answer.remarks.push_back(fmt::format("has no sync_interval; its utilization is {}",
                                       percent(utilization_in(answer.outcomes))));
  return answer;
}

InverseAnswer answered(Curve& curve, double target) {
  if (curve.unknown().key.empty()) return without_unknown(curve);
  const Unknown& unknown = curve.unknown();
  const std::vector<CurveSample> samples = curve.samples(utilization_in);
  const Monotonicity monotonicity = monotonicity_of(samples);
  const Threshold found =
      threshold(samples, target, [&](Place place) { return utilization_in(curve.at(place)); });
  const bool rising = found.side == Trend::rising;
  const Place best = rising ? samples.back().at : samples.front().at;
  InverseAnswer answer = answer_at(curve, best);
  answer.meaning = rising ? "at least" : "at most";
  const std::string range = fmt::format("from {} to {}", unknown.text(samples.front().at),
                                        unknown.text(samples.back().at));
  if (monotonicity.trend == Trend::level && !monotonicity.against) {
    answer.remarks.push_back(fmt::format("does not depend on it {}", range));
  } else if (found.at && !found.before) {
    answer.remarks.push_back(fmt::format("reached all over the range {}", range));
  }
  if (found.at) {
    find_at(answer, curve, *found.at, found.before);
  } else {
    answer.remarks.push_back(fmt::format("not reached: {} at {}, where the range ends",
                                         percent(utilization_in(answer.outcomes)),
                                         unknown.text(best)));
    for (const CurveSample& sample : samples) {
      if (sample.value < target) continue;
      answer.remarks.push_back(fmt::format("{} at {}, but not from there on", percent(sample.value),
                                           unknown.text(sample.at)));
      break;
    }
  }
  if (!answer.beside) {
    answer.remarks.insert(answer.remarks.end(), curve.refusals().begin(), curve.refusals().end());
  }
  judge(answer, curve, monotonicity, "utilization is", percent);
  return answer;
}

}  // namespace

std::vector<InverseAnswer> utilization_answers(const InverseSetting& setting, double target,
                                               const Progress& told) {
  require<InputError>(target > 0 && target < 1,
                      "--utilization {}: write a number above 0 and below 1, such as 0.95", target);
  const Experiment experiment = load_experiment(setting.experiment, setting.overrides);
  const bool asks_interval = setting.solve.empty() || setting.solve == "sync_interval";
  const Unknown shared = asks_interval ? Unknown{} : solved_for(setting, experiment);
  std::vector<Curve> curves;
  for (std::size_t r = 0; r < runs_asked(experiment, shared); ++r) {
    const Run& run = experiment.runs[r];
    for (const LabelledMethod& method : run.methods) {
      const bool has_interval = method.method.sync_interval.has_value();
      curves.emplace_back(
          Subject{setting.experiment, setting.overrides, r, {method.label}, {method.method.name}},
          asks_interval && has_interval ? sync_interval_of(method, run.steps) : shared);
    }
  }
  return answers_of(curves, told, [&](Curve& curve) {
    return std::vector<InverseAnswer>{answered(curve, target)};
  });
}

}  // namespace palsim
