#include "experiments/report/prediction_part.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "experiments/command/counted.hpp"
#include "experiments/predict/report.hpp"
#include "experiments/report/experiment_settings.hpp"
#include "experiments/report/timeline_sample.hpp"
#include "experiments/report/topology_drawing.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

Json spread_of(const Prediction& prediction) {
  Json spread = Json::array();
  for (const MethodPrediction& method : prediction.methods) {
    spread.push_back({{"label", method.label}, {"wall_clock_s", method.wall_clock_of_seeds_s}});
  }
  return spread;
}

// How many were taken out.
std::size_t leave_out_links(Json& prediction, std::size_t most) {
  std::size_t count = 0;
  for (const Json& method : prediction["methods"]) {
    if (method.contains("links")) count += method["links"].size();
  }
  if (count <= most) return 0;
  for (Json& method : prediction["methods"]) method.erase("links");
  return count;
}

Json drawing_of(const Network& network, const Prediction& prediction, std::size_t links_left_out) {
  Json drawing = topology_drawing(network, prediction.workers, prediction.methods);
  if (links_left_out == 0) return drawing;
  const std::string note = drawing["note"];
  drawing["note"] = fmt::format("{}{}The figures of all links, {} of them, are left out.", note,
                                note.empty() ? "" : " ", links_left_out);
  return drawing;
}

Json timelines_of(const Experiment& experiment, const Run& run, std::size_t most_segments,
                  const Progress& progress) {
  if (most_segments == 0) return Json::array();
  std::vector<std::optional<MethodRun>> found(run.methods.size());
  share_out(
      run.methods.size(),
      [&](std::size_t m, const Progress& report) {
        const LabelledMethod& method = run.methods[m];
        found[m] = {method.label, method.method.name,
                    timeline_of(experiment, run, method, rounds_on_page, report)};
      },
      progress);
  std::vector<MethodRun> runs;
  for (std::optional<MethodRun>& one : found) runs.push_back(std::move(*one));
  return sampled_timelines(std::move(runs), run.workers, most_segments);
}

}  // namespace

std::vector<Json> prediction_parts(const Experiment& experiment, const PartRequest& request,
                                   const Progress& progress) {
  const std::size_t count = experiment.runs.size();
  const std::size_t segments = request.room.timeline_segments / count;
  const double share_of_predictions = segments == 0 ? 1 : 0.5;
  const std::vector<Prediction> predictions =
      predict(experiment, {.links = Links::counted},
              [&](double share) { progress(share_of_predictions * share); });
  std::vector<Json> parts;
  for (const Prediction& prediction : predictions) {
    const Run& run = experiment.runs[parts.size()];
    const auto timelines_done = [&](double share) {
      const double done = (static_cast<double>(parts.size()) + share) / static_cast<double>(count);
      progress(share_of_predictions + (1 - share_of_predictions) * done);
    };
    Json object = prediction_object(prediction);
    const std::size_t links_left_out = leave_out_links(object, request.room.link_uses / count);
    parts.push_back(
        {{"kind", "prediction"},
         {"title", count == 1
                       ? experiment.name
                       : fmt::format("{}, {}", experiment.name, counted(run.workers, "worker"))},
         {"source", request.source},
         {"settings", settings_of(experiment, run, request.overrides)},
         {"prediction", std::move(object)},
         {"links_left_out", links_left_out},
         {"spread", spread_of(prediction)},
         {"timelines", timelines_of(experiment, run, segments, timelines_done)},
         {"topology", drawing_of(experiment.cluster.network, prediction, links_left_out)}});
  }
  return parts;
}

}  // namespace palsim
