#include "experiments/report/result_shape.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/choose/choice.hpp"
#include "experiments/network/collective_sweep.hpp"
#include "experiments/predict/report.hpp"
#include "experiments/train/training_report.hpp"
#include "experiments/validation/training_validation_report.hpp"
#include "experiments/validation/validation.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

Prediction one_method() {
  Prediction prediction;
  prediction.methods.emplace_back();
  return prediction;
}

const char* kind_of(const Json& value) {
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a text";
  if (value.is_boolean()) return "true or false";
  if (value.is_array()) return "a list";
  return value.is_object() ? "an object" : "null";
}

std::string joined(const std::string& where, const std::string& key) {
  return where.empty() ? key : where + '.' + key;
}

}  // namespace

Json prediction_example() { return prediction_object(one_method()); }

Json sweep_row_example() {
  Json row = flat_rows(one_method()).front();
  row["error"] = nullptr;
  return row;
}

Json choice_example() {
  Choice choice{.question = EqualSteps{},
                .outcomes = {Outcome{}},
                .pareto = {ParetoPoint{}},
                .sensitivity = {Variation{}}};
  Json example = Json::parse(json_report(choice));
  example["question"] = Json::object();  // one of three
  example["choice"] = nullptr;           // one of the cells, or none
  return example;
}

Json validation_example() {
  Validation validation;
  validation.rows.emplace_back();
  return validation_object("", validation);
}

Json training_validation_example() {
  TrainingValidation validation;
  validation.calibration.local.emplace_back();
  validation.methods.push_back({.wall_clocks_s = {1}});
  Json example = Json::parse(json_report(validation));
  example["machine"] = Json::object();  // of cores, or of GPUs
  return example;
}

Json training_example() {
  Json example = Json::parse(json_report(TrainingResults{.methods = {TrainedMethod{}}}));
  example["methods"][0].erase("split_s");  // without it, a page shows compute as a whole
  return example;
}

Json network_row_example() { return Json::parse(sweep_json({SweepRow{}})).front(); }

void require_shape(const Json& found, const Json& example, const std::string& source,
                   const std::string& where) {
  if (example.is_null() || (found.is_null() && !example.is_structured())) return;
  const bool alike = found.is_number() ? example.is_number() : found.type() == example.type();
  require<InputError>(
      alike, "{}: {} is {}, where palsim " PALSIM_VERSION " writes {}; write the file anew", source,
      where.empty() ? "the result" : where, kind_of(found), kind_of(example));
  if (example.is_array() && !example.empty()) {
    for (std::size_t at = 0; at < found.size(); ++at) {
      require_shape(found[at], example.front(), source, fmt::format("{}[{}]", where, at));
    }
  }
  if (!example.is_object()) return;
  for (const auto& [key, value] : example.items()) {
    require<InputError>(found.contains(key),
                        "{}: {} has no '{}', which palsim " PALSIM_VERSION
                        " writes; write the file anew",
                        source, where.empty() ? "the result" : where, key);
    require_shape(found[key], value, source, joined(where, key));
  }
}

}  // namespace palsim
