// Files that are no results of palsim, or not any more.
#include "experiments/report/result_file.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "experiments/command/json_csv.hpp"
#include "experiments/report/result_shape.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace palsim;

namespace {

using Json = nlohmann::ordered_json;

class Folder {
 public:
  std::vector<Json> parts(const std::string& name, const std::string& content) const {
    return parts_of_result(folder_.write(name, content));
  }
  // Without the folder that it is in.
  std::string complaint(const std::string& name, const std::string& content) const {
    std::string text = complaint_of([&] { parts(name, content); });
    const std::string folder = folder_.path().string() + '/';
    CHECK(text.find('\n') == std::string::npos);
    return text.starts_with(folder) ? text.substr(folder.size()) : text;
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

const std::string no_result =
    ": no result that palsim can show; write one of palsim predict, sweep, choose, train, validate "
    "or network --all-reduce, with --format json or csv";

// Each kind of result with what a page makes of it.
std::vector<std::pair<std::string, Json>> all_kinds() {
  Json sweep = sweep_row_example();
  Json with_axis{{"compute.jitter", 0.1}};
  with_axis.update(sweep);
  Json answered = choice_example();
  answered["choice"] = answered["cells"].front();
  return {{"prediction", prediction_example()},
          {"sweep", Json::array({with_axis})},
          {"choice", choice_example()},
          {"choice", answered},
          {"validation", Json::array({validation_example()})},
          {"validation", training_validation_example()},
          {"training", training_example()},
          {"network", Json::array({network_row_example()})}};
}

Json without(Json object, const Json::json_pointer& at, const std::string& key) {
  object[at].erase(key);
  return object;
}

// The places of all objects below, lists by their first element.
void collect(const Json& example, const Json::json_pointer& at,
             std::vector<Json::json_pointer>& places) {
  if (example.is_array() && !example.empty()) collect(example.front(), at / 0, places);
  if (!example.is_object()) return;
  places.push_back(at);
  for (const auto& [key, value] : example.items()) collect(value, at / key, places);
}

}  // namespace

TEST_CASE("Each kind of result is known by its shape") {
  const Folder folder;
  for (const auto& [kind, result] : all_kinds()) {
    CAPTURE(kind);
    const std::vector<Json> parts = folder.parts("result.json", result.dump());
    REQUIRE(parts.size() == 1);
    CHECK(parts[0]["kind"] == kind);
    CHECK(parts[0]["source"] == "result.json");
    CHECK(parts[0]["title"].is_string());
  }
  CHECK(folder.parts("r.json", Json::array({prediction_example(), prediction_example()}).dump())
            .size() == 2);
}

TEST_CASE("A result that lacks a field is of another version, and the field is named") {
  const Folder folder;
  Json prediction = prediction_example();
  prediction["methods"].push_back(prediction["methods"][0]);
  CHECK(folder.complaint("r.json",
                         without(prediction, "/methods/1"_json_pointer, "split_s").dump()) ==
        "r.json: methods[1] has no 'split_s', which palsim " PALSIM_VERSION
        " writes; write the file anew");
  for (const auto& [kind, result] : all_kinds()) {
    std::vector<Json::json_pointer> places;
    collect(result, Json::json_pointer(), places);
    for (const Json::json_pointer& place : places) {
      for (const auto& [key, value] : result[place].items()) {
        if (key == "compute.jitter") continue;
        CAPTURE(kind);
        CAPTURE(place.to_string());
        CAPTURE(key);
        const std::string complaint =
            folder.complaint("r.json", without(result, place, key).dump());
        CHECK((complaint == "r.json" + no_result ||
               complaint.find(" has no '" + key + "', which") != std::string::npos));
      }
    }
  }
}

TEST_CASE("A field of another kind is of another version, too") {
  const Folder folder;
  Json result = prediction_example();
  result["methods"][0]["speedup"] = "fast";
  CHECK(folder.complaint("r.json", result.dump()) ==
        "r.json: methods[0].speedup is a text, where palsim " PALSIM_VERSION
        " writes a number; write the file anew");
  result = prediction_example();
  result["methods"] = nullptr;
  CHECK(folder.complaint("r.json", result.dump()) ==
        "r.json: methods is null, where palsim " PALSIM_VERSION
        " writes a list; write the file anew");
  result["methods"] = Json::array();
  CHECK(folder.complaint("r.json", result.dump()) == "r.json: no methods; write the file anew");
  result = choice_example();
  result["choice"] = 7;
  CHECK(folder.complaint("r.json", result.dump()) ==
        "r.json: choice is a number, where palsim " PALSIM_VERSION
        " writes an object; write the file anew");
}

TEST_CASE("A result cut off anywhere is refused where it ends, or where it lacks something") {
  const Folder folder;
  for (const auto& [kind, result] : all_kinds()) {
    const std::string whole = result.dump(1) + '\n';
    for (std::size_t length = 1; length + 1 < whole.size(); length += 7) {
      CAPTURE(whole.substr(0, length));
      const std::string complaint = folder.complaint("r.json", whole.substr(0, length));
      CHECK(complaint.ends_with(": the file ends within the result; write it anew"));
    }
  }
  CHECK(folder.complaint("r.json", "[\n {\"label\":") ==
        "r.json:2:11: the file ends within the result; write it anew");
}

TEST_CASE("What is no result at all is refused in a line") {
  const Folder folder;
  CHECK(folder.complaint("r.json", "") == "r.json: empty; write the file anew");
  CHECK(folder.complaint("r.json", " \n") == "r.json: empty; write the file anew");
  CHECK(folder.complaint("r.csv", "\n\n") == "r.csv: empty; write the file anew");
  CHECK(folder.complaint("r.json", std::string("\x7f"
                                               "ELF\0\1\2",
                                               7)) == "r.json" + no_result);
  CHECK(folder.complaint("r.json", "{}") == "r.json" + no_result);
  CHECK(folder.complaint("r.json", "[1, 2]") == "r.json" + no_result);
  CHECK(folder.complaint("r.json", "[{\"a\": 1}]") == "r.json" + no_result);
  CHECK(folder.complaint("r.json", "{\"traceEvents\": []}") == "r.json" + no_result);
  CHECK(folder.complaint("r.json", "[]") == "r.json: no rows; write the file anew");
  CHECK(folder.complaint("r.json", "{\"a\":\n  oops}") ==
        "r.json:2:3: not JSON; write the file anew");
  CHECK(folder.complaint("r.json", "{\"a\": 1e999}") ==
        "r.json: holds a number that cannot be; write it anew");
  CHECK(folder.complaint("r.json", "{\"methods\": \"\xff\"}")
            .ends_with("not JSON; write the file anew"));
  CHECK(folder.complaint("r.csv", "a,b\n1,2\n") == "r.csv" + no_result);
  CHECK(folder.complaint("r.txt", "resnet50: 4 workers\n") == "r.txt" + no_result);
  CHECK(folder.complaint("r.json", std::string(100'000, '[')) ==
        "r.json:1:33: nested deeper than anything that palsim writes");
  CHECK(complaint_of([&] { parts_of_result(folder.folder().path().string()); }) ==
        folder.folder().path().string() + ": a folder; write the name of a result file");
  CHECK(complaint_of([&] { parts_of_result("none.json"); }) ==
        "none.json: cannot be read; write the name of a readable result file");
}

TEST_CASE("CSV is read as the JSON that says the same") {
  const Folder folder;
  Json row{{"compute.jitter", 0.1}, {"model.name", "a,\"b\"\nc"}};
  row.update(sweep_row_example());
  row["label"] = "12";
  row["steps"] = 7;
  Json failed = row;
  for (auto& [key, value] : failed.items()) {
    if (key != "compute.jitter" && key != "model.name") value = nullptr;
  }
  failed["error"] = "</script>";
  for (Json* each : {&row, &failed}) {  // an empty field says nothing
    for (auto& [key, value] : each->items()) {
      if (value == "") value = nullptr;
    }
  }
  const Json sweep = folder.parts("s.csv", json_csv({row, failed})).at(0);
  CHECK(sweep == folder.parts("s.csv", Json::array({row, failed}).dump()).at(0));
  CHECK(sweep["axes"] == Json({"compute.jitter", "model.name"}));
  CHECK(sweep["rows"][0]["label"] == "12");
  CHECK(sweep["rows"][0]["steps"] == 7);

  const std::vector<Json> network(3, network_row_example());
  CHECK(folder.parts("n.csv", json_csv(network)).at(0)["rows"].size() == 3);
}

TEST_CASE("A validation in CSV holds what was predicted against what was measured") {
  const Folder folder;
  const Json part = folder.parts("v.csv", "gpus,predicted_us,measured_us\n1,12,10\n2,20,\n").at(0);
  CHECK(part["kind"] == "validation");
  CHECK(part["title"] == "v");
  const Json& rows = part["validation"]["rows"];
  CHECK(rows[0] == Json::parse(R"({"gpus": 1, "predicted_us": 12, "measured_us": 10, "error": 0.2,
                                   "group": "v"})"));
  CHECK(rows[1]["error"].is_null());
  CHECK(folder.parts("v.csv", "sync_s,first_sync_s,measured_sync_s\n3,9,2\n")
            .at(0)["validation"]["rows"][0]["error"] == 0.5);
  CHECK(folder.complaint("v.csv", "predicted_a,predicted_b,measured_a\n1,2,3\n") ==
        "v.csv: does not say which column was measured for which; write it with palsim validate "
        "--format json");
  CHECK(folder.complaint("v.csv", "predicted_a,measured_a\nfew,3\n") ==
        "v.csv:2:1: predicted_a = 'few' is not a number; write the file anew");
}

TEST_CASE("A wrong line of CSV is named") {
  const Folder folder;
  Json row{{"compute.jitter", 0.1}};
  row.update(sweep_row_example());
  const std::string whole = json_csv({row, row});
  const std::string header = whole.substr(0, whole.find('\n') + 1);
  CHECK(folder.complaint("s.csv", header) == "s.csv: no rows; write the file anew");
  CHECK(folder.complaint("s.csv", whole + "1,2\n").starts_with("s.csv:4:1: 2 fields under "));
  CHECK(folder.complaint("s.csv", whole.substr(0, whole.size() - 1)) ==
        "s.csv:3:1: the file ends within a line; write it anew");
  row["speedup"] = "fast";
  const std::string complaint = folder.complaint("s.csv", json_csv({row}));
  CHECK(complaint.starts_with("s.csv:2:"));
  CHECK(complaint.ends_with(": speedup = 'fast' is not a number; write the file anew"));
  row.erase("speedup");
  CHECK(folder.complaint("s.csv", json_csv({row})) ==
        "s.csv:1:1: no column 'speedup', which palsim " PALSIM_VERSION
        " writes; write the file anew");
}

TEST_CASE("More rows than a page holds are refused") {
  const Folder folder;
  const std::string row = network_row_example().dump();
  std::string text = "[" + row;
  for (std::size_t more = 0; more < most_result_rows; ++more) text += "," + row;
  CHECK(folder.complaint("n.json", text + "]") ==
        "n.json: 100001 rows; a page holds 100000, write fewer cells");
}
