// What a page calls: palsim's prediction as functions from text to text, wrapped by palsim_core.js.
// The page's experiment is a file in the folder where the clusters and models built in lie, so that
// everything is found, read and refused as the command does it.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "experiments/command/data_folders.hpp"
#include "experiments/experiment/experiment.hpp"
#include "experiments/report/prediction_part.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

Json prediction(const Json& request) {
  const auto file = request.at("file").get<std::string>();
  const auto overrides = request.at("overrides").get<std::vector<std::string>>();
  std::ofstream(file, std::ios::binary) << request.at("experiment").get<std::string>();
  return prediction_parts(
      load_experiment(file, overrides),
      {.source = file,
       .overrides = overrides,
       .room = {.timeline_segments = request.at("segments"), .link_uses = request.at("link_uses")}},
      [](double) {});
}

// The answer stays until the next call; {"error": ...} has what the command would say.
template <class Work>
const char* answer_of(Work work) {
  static std::string answer;
  Json object;
  try {
    object = work();
  } catch (const std::exception& error) {
    object = {{"error", error.what()}};
  }
  answer = object.dump(-1, ' ', false, Json::error_handler_t::replace);
  return answer.c_str();
}

}  // namespace
}  // namespace palsim

extern "C" {

// {"file": its name, "experiment": its TOML, "overrides": ["key=value", ...], "segments": how many
// of timelines there is room for, "link_uses": of links} -> the parts, one for each number of
// workers.
const char* palsim_predict(const char* request) {
  return palsim::answer_of([&] { return palsim::prediction(palsim::Json::parse(request)); });
}

// "topologies" or "models" -> the names built in.
const char* palsim_names(const char* folder) {
  return palsim::answer_of([&] { return palsim::Json(palsim::known_names(folder)); });
}
}
