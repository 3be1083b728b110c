#include "experiments/choose/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr double never = std::numeric_limits<double>::infinity();
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

// One run on its clock with one curve, until the answer.
struct Sample {
  double steps = never;
  double time_s = never;
  double loss = unknown;
};

// The curve's loss once `steps` are done: none before its first, its last after it has ended,
// unless it ended because it diverged.
double loss_once(const LossCurve& curve, double steps) {
  if (curve.steps.empty()) return never;
  const double last = curve.steps.back();
  if (steps > last && curve.diverged) return never;
  return loss_at(curve, std::min(steps, last)).value_or(never);
}

struct Sampling {
  const StepClock& clock;
  const LossCurve& curve;

  Sample operator()(const TargetLoss& target) const {
    const auto steps = steps_to(curve, target.loss);
    if (!steps || *steps > static_cast<double>(clock.steps())) return {};
    return {*steps, clock.seconds_at(*steps), target.loss};
  }
  Sample operator()(const TimeBudget& budget) const {
    const double done = clock.steps_at(budget.seconds);
    const double steps = curve.steps.empty() ? 0 : std::min(done, curve.steps.back());
    return {steps, clock.seconds_at(steps), loss_once(curve, done)};
  }
  Sample operator()(const EqualSteps& equal) const {
    const auto steps = static_cast<double>(equal.steps);
    const bool beyond = !curve.diverged && !curve.steps.empty() && steps > curve.steps.back();
    return {steps, clock.seconds_at(steps), beyond ? unknown : loss_once(curve, steps)};
  }
};

std::vector<Sample> samples_of(const TimedCandidate& timed, const LossAnswer& losses,
                               const Question& question) {
  std::vector<Sample> samples;
  for (const StepClock& clock : timed.prediction.clocks) {
    for (const LossCurve& curve : losses.curves) {
      samples.push_back(std::visit(Sampling{clock, curve}, question));
    }
    if (losses.curves.empty()) {  // quality was not asked for
      const auto steps = static_cast<double>(clock.steps());
      samples.push_back({steps, clock.seconds_at(steps), unknown});
    }
  }
  return samples;
}

template <class Figure>
Percentiles percentiles(const std::vector<Sample>& samples, Figure figure) {
  std::vector<double> values;
  for (const Sample& sample : samples) values.push_back(sample.*figure);
  return percentiles_of(std::move(values));
}

// Where a run goes on within a time budget and its losses do not: after how many steps.
std::optional<double> early_end(const Outcome& outcome, const Question& question) {
  const auto* budget = std::get_if<TimeBudget>(&question);
  if (budget == nullptr) return std::nullopt;
  for (const StepClock& clock : outcome.timed.prediction.clocks) {
    for (const LossCurve& curve : outcome.losses.curves) {
      if (curve.diverged || curve.steps.empty()) continue;
      if (clock.steps_at(budget->seconds) > curve.steps.back()) return curve.steps.back();
    }
  }
  return std::nullopt;
}

}  // namespace

Outcome outcome_of(TimedCandidate timed, LossAnswer losses, const Question& question) {
  const std::vector<Sample> samples = samples_of(timed, losses, question);
  Outcome outcome{.timed = std::move(timed),
                  .losses = std::move(losses),
                  .steps = percentiles(samples, &Sample::steps),
                  .time_s = percentiles(samples, &Sample::time_s),
                  .loss = percentiles(samples, &Sample::loss)};
  const auto reached = std::count_if(samples.begin(), samples.end(), [](const Sample& sample) {
    return std::isfinite(sample.time_s);
  });
  outcome.reached = static_cast<double>(reached) / static_cast<double>(samples.size());

  const bool answered = std::isfinite(outcome.steps.p50);
  const std::vector<StepClock>& clocks = outcome.timed.prediction.clocks;
  for (const StepClock& clock : clocks) {
    outcome.spent +=
        clock.spent_at(answered ? outcome.steps.p50 : static_cast<double>(clock.steps()));
  }
  outcome.spent /= static_cast<double>(clocks.size());
  if (const auto end = early_end(outcome, question)) {
    outcome.losses.doubts.push_back(
        fmt::format("its losses end after {:.0f} steps, before the budget does", *end));
  }
  return outcome;
}

std::optional<double> median_loss_at(const Outcome& outcome, double seconds) {
  std::vector<double> losses;
  for (const StepClock& clock : outcome.timed.prediction.clocks) {
    for (const LossCurve& curve : outcome.losses.curves) {
      losses.push_back(std::visit(Sampling{clock, curve}, Question(TimeBudget{seconds})).loss);
    }
  }
  if (losses.empty()) return std::nullopt;
  const double median = percentiles_of(std::move(losses)).p50;
  return std::isfinite(median) ? std::optional(median) : std::nullopt;
}

}  // namespace palsim
