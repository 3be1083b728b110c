// What a page calls: `palsim predict` as a function from text to text. The page's experiment is a
// file in the folder where the clusters and models built in lie, so that all is found, read and
// refused as the command does it.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "experiments/command/data_folders.hpp"
#include "experiments/experiment/experiment.hpp"
#include "experiments/predict/report.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

// {"experiment": TOML, "overrides": ["key=value", ...], "timelines": true}
std::string prediction_of(const Json& request) {
  const char* path = "experiment.toml";
  std::ofstream(path) << request.at("experiment").get<std::string>();
  const Experiment experiment =
      load_experiment(path, request.at("overrides").get<std::vector<std::string>>());
  const auto predictions = predict(experiment, {.links = Links::counted}, [](double) {});
  return json_report(predictions);
}

// The answer stays until the next call; {"error": ...} with what the command would say.
template <class Work>
const char* answer_of(Work work) {
  static std::string answer;
  try {
    answer = work();
  } catch (const std::exception& error) {
    answer = Json{{"error", error.what()}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return answer.c_str();
}

}  // namespace
}  // namespace palsim

extern "C" {

const char* palsim_predict(const char* request) {
  return palsim::answer_of([&] { return palsim::prediction_of(palsim::Json::parse(request)); });
}

const char* palsim_names(const char* folder) {
  return palsim::answer_of([&] { return palsim::Json(std::string(folder)).dump(); });
}
}
