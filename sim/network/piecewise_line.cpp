#include "sim/network/piecewise_line.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <optional>

namespace palsim {
namespace {

// Between the knots `below` and the next, at `share` of the way.
struct Place {
  std::size_t below;
  double share;
};

template <class KnotAt>
Place place_among(std::size_t knots, KnotAt knot_at, double at) {
  if (at <= knot_at(0)) return {0, 0};
  if (at >= knot_at(knots - 1)) return {knots - 1, 0};
  std::size_t below = 0;
  while (knot_at(below + 1) <= at) ++below;
  return {below, (at - knot_at(below)) / (knot_at(below + 1) - knot_at(below))};
}

using Indices = std::vector<std::size_t>;

struct FittedLine {
  PiecewiseLine line;
  double squares = 0;  // of what it leaves
};

// With knots at the samples `chosen` (ascending). Each has a sample of its own, so the equations
// are never singular.
FittedLine fitted_line(const std::vector<Sample>& samples, const Indices& chosen) {
  const std::size_t knots = chosen.size();
  Eigen::MatrixXd normal = Eigen::MatrixXd::Zero(knots, knots);
  Eigen::VectorXd right = Eigen::VectorXd::Zero(knots);
  for (const Sample& sample : samples) {
    const auto [k, share] = place_among(
        knots, [&](std::size_t knot) { return samples[chosen[knot]].at; }, sample.at);
    normal(k, k) += (1 - share) * (1 - share);
    right(k) += (1 - share) * sample.value;
    if (share == 0) continue;
    normal(k + 1, k + 1) += share * share;
    normal(k, k + 1) += share * (1 - share);
    normal(k + 1, k) += share * (1 - share);
    right(k + 1) += share * sample.value;
  }
  const Eigen::VectorXd values = normal.ldlt().solve(right);
  FittedLine fitted;
  for (std::size_t k = 0; k < knots; ++k) {
    fitted.line.push_back({samples[chosen[k]].at, values(k)});
  }
  for (const Sample& sample : samples) {
    const double left = sample.value - value_at(fitted.line, sample.at);
    fitted.squares += left * left;
  }
  return fitted;
}

// Of `count` things at most `most`, the first and the last among them.
Indices spread_evenly(std::size_t count, std::size_t most) {
  Indices indices;
  const std::size_t chosen = std::min(count, most);
  for (std::size_t i = 0; i < chosen; ++i) {
    indices.push_back(chosen == 1 ? 0 : i * (count - 1) / (chosen - 1));
  }
  return indices;
}

}  // namespace

double value_at(const PiecewiseLine& line, double at) {
  if (line.empty()) return 0;
  const auto [below, share] = place_among(
      line.size(), [&](std::size_t knot) { return line[knot].at; }, at);
  if (share == 0) return line[below].value;
  return line[below].value * (1 - share) + line[below + 1].value * share;
}

std::vector<PiecewiseLine> growing_lines(const std::vector<Sample>& samples,
                                         std::size_t most_knots) {
  constexpr std::size_t most_places = 32;
  const Indices places = spread_evenly(samples.size(), most_places);
  std::vector<PiecewiseLine> lines;
  Indices chosen;
  while (lines.size() < std::min(most_knots, places.size())) {
    std::optional<FittedLine> best;
    Indices best_chosen;
    for (const std::size_t place : places) {
      Indices more = chosen;
      const auto after = std::lower_bound(more.begin(), more.end(), place);
      if (after != more.end() && *after == place) continue;
      more.insert(after, place);
      FittedLine fitted = fitted_line(samples, more);
      if (best && fitted.squares >= best->squares) continue;
      best = std::move(fitted);
      best_chosen = std::move(more);
    }
    lines.push_back(std::move(best->line));
    chosen = std::move(best_chosen);
  }
  return lines;
}

}  // namespace palsim
