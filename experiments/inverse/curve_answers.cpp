#include "experiments/inverse/curve_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace palsim {
namespace {

// The share of the grids in all evaluations that are expected: they, and a bisection of each curve.
double share_of_sampling(const std::vector<Curve>& curves) {
  double sampled = 0;
  double bisected = 0;
  for (const Curve& curve : curves) {
    const std::vector<Place> grid = curve.unknown().grid();
    Place widest = 1;
    for (std::size_t p = 1; p < grid.size(); ++p) widest = std::max(widest, grid[p] - grid[p - 1]);
    sampled += static_cast<double>(grid.size());
    bisected += std::log2(static_cast<double>(widest));
  }
  return sampled / (sampled + bisected);
}

}  // namespace

Unknown solved_for(const InverseSetting& setting, const Experiment& experiment) {
  if (setting.solve == "workers") return number_of_workers(experiment);
  return unknown_of(setting.experiment, setting.overrides, setting.solve, setting.tolerance);
}

std::size_t runs_asked(const Experiment& experiment, const Unknown& unknown) {
  return unknown.key == "workers" ? 1 : experiment.runs.size();
}

std::vector<InverseAnswer> answers_of(std::vector<Curve>& curves, const Progress& told,
                                      const std::function<std::vector<InverseAnswer>(Curve&)>& of) {
  const double sampling = share_of_sampling(curves);
  Curve::sample(curves, [&](double share) { told(sampling * share); });
  std::vector<std::vector<InverseAnswer>> answers(curves.size());
  share_out(
      curves.size(), [&](std::size_t c, const Progress&) { answers[c] = of(curves[c]); },
      [&](double share) { told(sampling + (1 - sampling) * share); });
  std::vector<InverseAnswer> all;
  for (const std::vector<InverseAnswer>& own : answers) {
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

InverseAnswer answer_at(Curve& curve, Place place) {
  return {.labels = curve.subject().labels,
          .methods = curve.subject().methods,
          .unknown = curve.unknown().key,
          .si_unit = curve.unknown().si_unit,
          .is_whole = curve.unknown().is_whole(),
          .outcomes = curve.at(place)};
}

void find_at(InverseAnswer& answer, Curve& curve, Place place, std::optional<Place> beside) {
  const Unknown& unknown = curve.unknown();
  answer.found = {unknown.text(place), unknown.value(place)};
  answer.outcomes = curve.at(place);
  if (beside) answer.beside = curve.at(*beside);
  answer.check = curve.subject().overrides;
  answer.check.push_back(unknown.assignment(place));
}

void judge(InverseAnswer& answer, const Curve& curve, const Monotonicity& monotonicity,
           const std::string& noun, const std::function<std::string(double)>& figure_text) {
  answer.monotone = !monotonicity.against;
  if (answer.monotone) return;
  const auto& [one, next] = *monotonicity.against;
  answer.remarks.push_back(fmt::format("not monotone: {} {} at {} and {} at {}", noun,
                                       figure_text(one.value), curve.unknown().text(one.at),
                                       figure_text(next.value), curve.unknown().text(next.at)));
}

}  // namespace palsim
