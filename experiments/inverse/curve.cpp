#include "experiments/inverse/curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "experiments/predict/prediction.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

struct Point {
  std::size_t curve = 0;
  Place place = 0;
  std::vector<MethodFigures> outcomes = {};
  std::optional<InputError> refusal = std::nullopt;
};

}  // namespace

Curve::Curve(Subject subject, Unknown unknown)
    : subject_(std::move(subject)), unknown_(std::move(unknown)) {}

std::vector<MethodFigures> Curve::evaluated(Place place) const {
  std::vector<std::string> overrides = subject_.overrides;
  if (!unknown_.key.empty()) overrides.push_back(unknown_.assignment(place));
  Experiment experiment = load_experiment(subject_.experiment, overrides);
  experiment.runs = {experiment.runs[subject_.run]};
  std::vector<LabelledMethod>& methods = experiment.runs.front().methods;
  std::erase_if(methods, [&](const LabelledMethod& method) {
    return std::find(subject_.labels.begin(), subject_.labels.end(), method.label) ==
           subject_.labels.end();
  });
  const Prediction prediction = predict(experiment, {}, [](double) {}).front();
  std::vector<MethodFigures> outcomes;
  for (const std::string& label : subject_.labels) {
    for (const MethodPrediction& method : prediction.methods) {
      if (method.label != label) continue;
      outcomes.push_back({prediction.workers, method.utilization(), method.wall_clock_s.mean});
    }
  }
  return outcomes;
}

const std::vector<MethodFigures>& Curve::at(Place place) {
  const std::string text = unknown_.text(place);
  const auto known = known_.find(text);
  return known != known_.end() ? known->second
                               : known_.emplace(text, evaluated(place)).first->second;
}

std::vector<CurveSample> Curve::samples(
    const std::function<double(const std::vector<MethodFigures>&)>& figure) {
  std::vector<CurveSample> values;
  for (const Place place : sampled_) values.push_back({place, figure(at(place))});
  return values;
}

void Curve::sample(std::vector<Curve>& curves, const Progress& progress) {
  std::vector<Point> points;
  for (std::size_t c = 0; c < curves.size(); ++c) {
    for (const Place place : curves[c].unknown_.grid()) {
      points.push_back({.curve = c, .place = place});
    }
  }
  share_out(
      points.size(),
      [&](std::size_t p, const Progress&) {
        Point& point = points[p];
        try {
          point.outcomes = curves[point.curve].evaluated(point.place);
        } catch (const InputError& error) {
          point.refusal = error;
        }
      },
      progress);
  auto own = points.begin();
  for (std::size_t c = 0; c < curves.size(); ++c) {
    Curve& curve = curves[c];
    const auto end = std::find_if(own, points.end(), [&](const Point& p) { return p.curve != c; });
    const auto start = std::find_if(
        own, end, [&](const Point& point) { return point.place == curve.unknown_.start; });
    if (start->refusal) throw InputError(*start->refusal);
    const auto note_refusal = [&](const Point& point) {
      curve.refusals_.push_back(fmt::format("{} is refused: {}", curve.unknown_.text(point.place),
                                            point.refusal->what()));
    };
    auto lower = start;
    while (lower != own && !(lower - 1)->refusal) --lower;
    auto upper = start;
    while (upper != end && !upper->refusal) ++upper;
    if (lower != own) note_refusal(*(lower - 1));
    if (upper != end) note_refusal(*upper);
    for (auto point = lower; point != upper; ++point) {
      curve.sampled_.push_back(point->place);
      curve.known_.emplace(curve.unknown_.text(point->place), std::move(point->outcomes));
    }
    if (lower != own) {
      const Place edge = curve.edge_between(lower->place, (lower - 1)->place);
      if (edge != lower->place) curve.sampled_.insert(curve.sampled_.begin(), edge);
    }
    if (upper != end) {
      const Place edge = curve.edge_between((upper - 1)->place, upper->place);
      if (edge != (upper - 1)->place) curve.sampled_.push_back(edge);
    }
    own = end;
  }
}

Place Curve::edge_between(Place taken, Place refused) {
  while (std::abs(refused - taken) > 1) {
    const Place middle = taken + (refused - taken) / 2;
    try {
      at(middle);
      taken = middle;
    } catch (const InputError&) {
      refused = middle;
    }
  }
  return taken;
}

}  // namespace palsim
