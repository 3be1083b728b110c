#include "experiments/report/result_parts.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/report/result_file.hpp"
#include "experiments/report/result_shape.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

Json part(const char* kind, const std::string& title, const ResultSource& source, const char* key,
          Json value) {
  Json object{{"kind", kind}, {"title", title}, {"source", source.name}};
  object[key] = std::move(value);
  return object;
}

// Names that a result has; text for anything else, too.
std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void require_rows(const Json& rows, const ResultSource& source) {
  require<InputError>(rows.size() <= most_result_rows,
                      "{}: {} rows; a page holds {}, write fewer cells", source.path, rows.size(),
                      most_result_rows);
}

// What stands before the fields that every row has.
std::vector<std::string> axes_of(const Json& row) {
  const std::string first_field = sweep_row_example().begin().key();
  std::vector<std::string> axes;
  for (const auto& [key, value] : row.items()) {
    if (key == first_field) break;
    axes.push_back(key);
  }
  return axes;
}

std::vector<Json> validation_parts(Json& validations, const ResultSource& source) {
  require_shape(validations, Json::array({validation_example()}), source.path);
  std::vector<Json> parts;
  for (Json& validation : validations) {
    parts.push_back(validation_part_of(std::move(validation), source));
  }
  return parts;
}

std::vector<Json> checked_predictions(const std::vector<Json>& predictions,
                                      const ResultSource& source) {
  require_shape(predictions, Json::array({prediction_example()}), source.path);
  return prediction_parts_of(predictions, source);
}

std::vector<Json> parts_of_list(Json& list, const ResultSource& source) {
  if (list.empty()) throw InputError(fmt::format("{}: no rows; write the file anew", source.path));
  const Json& first = list.front();
  if (!first.is_object()) fail_no_result(source);
  if (first.contains("validation")) return validation_parts(list, source);
  if (first.contains("methods")) {
    return checked_predictions(list.get<std::vector<Json>>(), source);
  }
  if (first.contains("bus_bandwidth_Bps")) return {network_part_of(std::move(list), source)};
  if (first.contains("label") && first.contains("experiment")) {
    return {sweep_part_of(std::move(list), source)};
  }
  fail_no_result(source);
}

std::vector<Json> parts_of_object(Json& object, const ResultSource& source) {
  if (object.contains("cells") && object.contains("question")) {
    const Json example = choice_example();
    require_shape(object, example, source.path);
    if (!object["choice"].is_null()) {
      require_shape(object["choice"], example["cells"].front(), source.path, "choice");
    }
    require<InputError>(!object["cells"].empty(), "{}: no cells; write the file anew", source.path);
    require_rows(object["cells"], source);
    const std::string title = text_of(object["experiment"]);
    return {part("choice", title, source, "choice", std::move(object))};
  }
  if (!object.contains("methods")) fail_no_result(source);
  if (object.contains("calibration") || object.contains("machine")) {
    require_shape(object, training_validation_example(), source.path);
    return {validation_part_of(std::move(object), source)};
  }
  if (object.contains("backend") || object.contains("batch_per_worker")) {
    require_shape(object, training_example(), source.path);
    const std::string title = text_of(object["experiment"]);
    return {part("training", title, source, "training", std::move(object))};
  }
  require_shape(object, prediction_example(), source.path);
  return prediction_parts_of({std::move(object)}, source);
}

}  // namespace

void fail_no_result(const ResultSource& source) {
  throw InputError(
      fmt::format("{}: no result that palsim can show; write one of palsim predict, sweep, choose, "
                  "train, validate or network --all-reduce, with --format json or csv",
                  source.path));
}

std::vector<Json> parts_of_json(Json result, const ResultSource& source) {
  if (result.is_array()) return parts_of_list(result, source);
  if (result.is_object()) return parts_of_object(result, source);
  fail_no_result(source);
}

// The settings that the result holds: there are no others.
std::vector<Json> prediction_parts_of(const std::vector<Json>& predictions,
                                      const ResultSource& source) {
  std::vector<Json> parts;
  std::size_t methods = 0;
  for (const Json& prediction : predictions) {
    require<InputError>(!prediction.at("methods").empty(), "{}: no methods; write the file anew",
                        source.path);
    Json settings = Json::array();
    for (const char* key : {"cluster", "model", "workers", "seed"}) {
      settings.push_back({key, text_of(prediction.at(key))});
    }
    std::string title = text_of(prediction.at("experiment"));
    if (predictions.size() > 1) {
      title += fmt::format(", {} workers", text_of(prediction.at("workers")));
    }
    parts.push_back(part("prediction", title, source, "settings", std::move(settings)));
    parts.back()["prediction"] = prediction;
    methods += prediction.at("methods").size();
  }
  require<InputError>(methods <= most_result_rows, "{}: {} rows; a page holds {}", source.path,
                      methods, most_result_rows);
  return parts;
}

Json sweep_part_of(Json rows, const ResultSource& source) {
  require_rows(rows, source);
  const std::vector<std::string> axes = axes_of(rows.front());
  Json example = sweep_row_example();
  for (const std::string& axis : axes) example[axis] = nullptr;  // whatever was tried
  require_shape(rows, Json::array({std::move(example)}), source.path);
  const std::string title = text_of(rows.front()["experiment"]);
  Json sweep = part("sweep", title == "null" ? source.stem : title, source, "axes", axes);
  sweep["rows"] = std::move(rows);
  return sweep;
}

Json network_part_of(Json rows, const ResultSource& source) {
  require_rows(rows, source);
  require_shape(rows, Json::array({network_row_example()}), source.path);
  return part("network", source.stem, source, "rows", std::move(rows));
}

Json validation_part_of(Json validation, const ResultSource& source) {
  const char* name = validation.contains("validation") ? "validation" : "experiment";
  if (validation.contains("rows")) require_rows(validation["rows"], source);
  const std::string title = text_of(validation[name]);
  return part("validation", title, source, "validation", std::move(validation));
}

}  // namespace palsim
