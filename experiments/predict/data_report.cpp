// JSON and CSV: the same fields under the same names.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/command/json_csv.hpp"
#include "experiments/predict/report.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

Json object_of(const MethodPrediction& method, Step steps) {
  const Distribution& wall = method.wall_clock_s;
  Json object{{"label", method.label},
              {"method", method.method},
              {"steps", steps},
              {"wall_clock_s",
               {{"mean", wall.mean}, {"p5", wall.p5}, {"p50", wall.p50}, {"p95", wall.p95}}},
              {"gradient_steps", method.mean.gradient_steps},
              {"mix_steps", method.mean.mix_steps},
              {"synchronizations", method.mean.synchronizations},
              {"compute_s", method.compute_s()},
              {"communication_s", method.mean.communication_s},
              {"waiting_s", method.mean.waiting_s},
              {"utilization", method.utilization()},
              {"bytes_sent_per_worker", method.mean.bytes_sent},
              {"memory_per_worker_bytes", method.memory_per_worker.count()},
              {"speedup", method.speedup}};
  object["split_s"] = {{"gradient", method.mean.gradient_s},
                       {"mix", method.mean.mix_s},
                       {"other", method.mean.other_compute_s - method.mean.mix_s},
                       {"communication", method.mean.communication_s},
                       {"waiting", method.mean.waiting_s}};
  if (!method.links.empty()) object["links"] = link_objects(method.links);
  return object;
}

// One row: the prediction's fields, then the method's, with wall_clock_s spread over columns and
// without split_s, whose parts the columns compute_s, communication_s and waiting_s sum up.
Json flat_row(const Json& prediction, const Json& method) {
  Json row = prediction;
  row.erase("methods");
  for (const auto& [key, value] : method.items()) {
    if (key == "split_s") continue;
    if (!value.is_object()) {
      row[key] = value;
      continue;
    }
    for (const auto& [part, number] : value.items()) {
      row[fmt::format("wall_clock_{}_s", part)] = number;
    }
  }
  return row;
}

}  // namespace

Json prediction_object(const Prediction& prediction) {
  Json object{{"experiment", prediction.experiment},
              {"cluster", prediction.cluster},
              {"model", prediction.model},
              {"workers", prediction.workers},
              {"seed", prediction.seed},
              {"methods", Json::array()}};
  for (const MethodPrediction& method : prediction.methods) {
    object["methods"].push_back(object_of(method, prediction.steps));
  }
  return object;
}

// Text that is not UTF-8 (a label in another encoding) is shown with replacement characters.
std::string json_report(const std::vector<Prediction>& predictions) {
  Json objects = Json::array();
  for (const Prediction& prediction : predictions) objects.push_back(prediction_object(prediction));
  const Json& result = objects.size() == 1 ? objects.front() : objects;
  return result.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::vector<Json> flat_rows(const Prediction& prediction) {
  const Json object = prediction_object(prediction);
  std::vector<Json> rows;
  for (const Json& method : object["methods"]) rows.push_back(flat_row(object, method));
  return rows;
}

std::string csv_report(const std::vector<Prediction>& predictions) {
  std::vector<Json> rows;
  for (const Prediction& prediction : predictions) {
    const std::vector<Json> more = flat_rows(prediction);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return json_csv(rows);
}

}  // namespace palsim
