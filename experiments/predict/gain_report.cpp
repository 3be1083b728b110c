#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "experiments/predict/report.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

std::string percent_of(double part_s, double whole_s) {
  const double percent = whole_s > 0 ? 100 * part_s / whole_s : 0;
  return fmt::format("{:+.1f}", std::fabs(percent) < 0.05 ? 0.0 : percent);  // no "-0.0"
}

std::string published_for(const Prediction& prediction, const MethodPrediction& method) {
  const auto& published = prediction.published;
  if (!published || published->method != method.label ||
      published->against != prediction.methods.front().label) {
    return "";
  }
  return fmt::format("{:+.1f}", published->percent);
}

}  // namespace

TextReport gain_report(const std::vector<Prediction>& predictions) {
  std::vector<TextRow> rows{
      {"run", "method", "wall clock", "gain %", "compute %", "comm %", "waiting %", "published %"}};
  std::vector<std::string> sources;
  for (const Prediction& prediction : predictions) {
    if (rows.size() > 1) rows.emplace_back();
    const MethodPrediction& first = prediction.methods.front();
    const double whole = first.wall_clock_s.mean;
    for (const MethodPrediction& method : prediction.methods) {
      const bool is_first = &method == &first;
      const auto gain = [&](double before, double after) {
        return is_first ? std::string("-") : percent_of(before - after, whole);
      };
      rows.push_back(
          {is_first ? fmt::format("{}, {} x {}", prediction.model, prediction.workers,
                                  prediction.cluster)
                    : "",
           method.label, to_string(Duration::seconds(method.wall_clock_s.mean)),
           gain(whole, method.wall_clock_s.mean), gain(first.compute_s(), method.compute_s()),
           gain(first.mean.communication_s, method.mean.communication_s),
           gain(first.mean.waiting_s, method.mean.waiting_s), published_for(prediction, method)});
    }
    if (!prediction.published) continue;
    const std::string source = fmt::format("published: {}", prediction.published->source);
    if (std::find(sources.begin(), sources.end(), source) == sources.end()) {
      sources.push_back(source);
    }
  }
  TextReport report{
      Table{.rows = std::move(rows), .names = 2},
      Paragraph{"gain: time saved against each run's first method, in % of that method's wall "
                "clock; it is the sum of compute skipped, communication avoided and waiting "
                "avoided."}};
  for (const std::string& source : sources) report.emplace_back(Line{source});
  return report;
}

}  // namespace palsim
