// What a page shows of an experiment, against predictions made the long way.
#include "experiments/report/prediction_part.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <omp.h>

#include <map>
#include <nlohmann/json.hpp>

#include "experiments/predict/report.hpp"

using namespace palsim;

namespace {

using Json = nlohmann::ordered_json;
using Texts = std::vector<std::string>;

const std::string short_experiment = std::string(PALSIM_ROOT) + "/tests/experiments/short.toml";

// Of four workers, if nothing else is said.
std::vector<Json> parts_of(Texts overrides, const PageRoom& room = {}) {
  overrides.insert(overrides.begin(), "workers=4");
  return prediction_parts(load_experiment(short_experiment, overrides),
                          {.source = "short.toml", .overrides = overrides, .room = room},
                          [](double) {});
}

// Seconds of each activity, over all of a timeline's rounds and workers.
std::map<int, double> seconds_by_activity(const Json& timeline) {
  std::map<int, double> sums;
  for (const Json& round : timeline["rounds"]) {
    for (const Json& track : round["tracks"]) {
      for (const Json& segment : track["segments"]) {
        sums[segment[0]] += segment[2].get<double>() / 1e9;
      }
    }
  }
  return sums;
}

std::size_t segments_in(const Json& part) {
  std::size_t count = 0;
  for (const Json& timeline : part["timelines"]) {
    for (const Json& round : timeline["rounds"]) {
      for (const Json& track : round["tracks"]) count += track["segments"].size();
    }
  }
  return count;
}

}  // namespace

TEST_CASE("A part's numbers are those of palsim predict --format json --links") {
  const Json part = parts_of({"seeds=2", "compute.jitter=0.2"}).at(0);
  const auto predictions =
      predict(load_experiment(short_experiment, {"workers=4", "seeds=2", "compute.jitter=0.2"}),
              {.links = Links::counted}, [](double) {});
  CHECK(part["kind"] == "prediction");
  CHECK(part["source"] == "short.toml");
  CHECK(part["prediction"] == Json::parse(json_report(predictions)));
  CHECK(part["links_left_out"] == 0);
  for (const Json& method : part["prediction"]["methods"]) CHECK(method["links"].size() > 0);
}

TEST_CASE("Each seed's time is that of a run with this seed alone") {
  const Json part = parts_of({"seeds=3", "seed=7", "compute.jitter=0.1"}).at(0);
  for (int s = 0; s < 3; ++s) {
    const Json alone =
        parts_of({"seeds=1", "seed=" + std::to_string(7 + s), "compute.jitter=0.1"}).at(0);
    for (std::size_t m = 0; m < part["spread"].size(); ++m) {
      CHECK(part["spread"][m]["label"] == alone["prediction"]["methods"][m]["label"]);
      CHECK(part["spread"][m]["wall_clock_s"][s] ==
            alone["prediction"]["methods"][m]["wall_clock_s"]["mean"]);
    }
  }
}

TEST_CASE("The rounds of a whole timeline add up to the predicted times") {
  const Json part = parts_of({"seeds=1", "steps=12", "compute.jitter=0.1"}).at(0);
  REQUIRE(part["timelines"].size() == part["prediction"]["methods"].size());
  for (std::size_t m = 0; m < part["timelines"].size(); ++m) {
    const Json& timeline = part["timelines"][m];
    const Json& method = part["prediction"]["methods"][m];
    CAPTURE(timeline["label"].get<std::string>());
    CHECK(timeline["label"] == method["label"]);
    REQUIRE(timeline["rounds_left_out"] == 0);
    for (const Json& round : timeline["rounds"]) CHECK(round["begin_ns"] < round["end_ns"]);
    CHECK(timeline["workers_left_out"] == 0);
    CHECK(timeline["steps_gathered"] == false);
    const double workers = timeline["workers"];
    std::map<int, double> sums = seconds_by_activity(timeline);
    const auto mean = [&](std::initializer_list<int> activities) {
      double sum = 0;
      for (const int activity : activities) sum += sums[activity];
      return doctest::Approx(sum / workers).epsilon(1e-9);
    };
    CHECK(method["compute_s"].get<double>() == mean({0, 1}));
    CHECK(method["split_s"]["mix"].get<double>() == mean({1}));
    CHECK(method["communication_s"].get<double>() == mean({2}));
    CHECK(method["waiting_s"].get<double>() == mean({3}));
    CHECK(timeline["rounds"].back()["end_ns"].get<double>() / 1e9 ==
          doctest::Approx(method["wall_clock_s"]["mean"].get<double>()));
  }
}

TEST_CASE("A worker's segments follow one another from round to round") {
  const Json part = parts_of({"seeds=1", "steps=20"}).at(0);
  REQUIRE(part["timelines"].size() == 5);
  for (const Json& timeline : part["timelines"]) {
    std::map<int, std::int64_t> clocks;
    std::int64_t steps = 0;
    for (const Json& round : timeline["rounds"]) {
      for (const Json& track : round["tracks"]) {
        std::int64_t& clock = clocks[track["rank"]];
        for (const Json& segment : track["segments"]) {
          if (track["rank"] == -1) {
            CHECK(segment[0] == 4);
            CHECK(segment[1] >= clock);
          } else {
            CHECK(segment[1] == clock);
            steps += segment[3].get<std::int64_t>();
          }
          clock = segment[1].get<std::int64_t>() + segment[2].get<std::int64_t>();
        }
      }
    }
    CHECK(steps == 20 * timeline["workers"].get<std::int64_t>());
  }
}

TEST_CASE("Gradients on the wire have a track of their own, within their rounds") {
  const Json part = parts_of({"seeds=1", "steps=4"}).at(0);
  REQUIRE(part["timelines"].size() == 5);
  for (const Json& timeline : part["timelines"]) {
    CAPTURE(timeline["label"].get<std::string>());
    const bool warms_up = timeline["method"] != "local_sgd" && timeline["method"] != "diloco";
    for (const Json& round : timeline["rounds"]) {
      const Json& first = round["tracks"][0];
      CHECK((first["rank"] == -1) == warms_up);
      if (!warms_up) continue;
      for (const Json& bucket : first["segments"]) {
        CHECK(bucket[1] >= round["begin_ns"]);
        CHECK(bucket[1].get<std::int64_t>() + bucket[2].get<std::int64_t>() <= round["end_ns"]);
      }
    }
  }
}

TEST_CASE("Any number of threads gives the same part") {
  const int before = omp_get_max_threads();
  std::string first;
  for (const int threads : {1, 2}) {
    omp_set_num_threads(threads);
    const std::string part = parts_of({"seeds=3", "compute.jitter=0.1"}).at(0).dump();
    if (first.empty()) first = part;
    CHECK(part == first);
  }
  omp_set_num_threads(before);
}

TEST_CASE("Each number of workers is a part, and they share the room") {
  const std::vector<Json> parts =
      parts_of({"workers=[2,4]", "compute.jitter=0.1"}, {.timeline_segments = 600});
  REQUIRE(parts.size() == 2);
  CHECK(parts[0]["title"] == "short, 2 workers");
  CHECK(parts[1]["title"] == "short, 4 workers");
  for (const Json& part : parts) {
    CHECK(segments_in(part) > 0);
    CHECK(segments_in(part) <= 300);
  }
}

TEST_CASE("What has no room is left out, and the part says so") {
  const Json part = parts_of({}, {.timeline_segments = 0, .link_uses = 3}).at(0);
  CHECK(part["timelines"].empty());
  CHECK(part["links_left_out"] > 3);
  for (const Json& method : part["prediction"]["methods"]) CHECK_FALSE(method.contains("links"));
  CHECK_FALSE(part["topology"]["links"].empty());
  CHECK(part["topology"]["note"] ==
        fmt::format("The figures of all links, {} of them, are left out.",
                    part["links_left_out"].get<int>()));
}

TEST_CASE("The settings say what the experiment was set to, in words") {
  Texts overrides{"compute.jitter=0.1", "compute.stalls.rate=2/h", "compute.stalls.duration=30s",
                  "seeds=3", "seed=5"};
  std::map<std::string, std::string> settings;
  std::vector<std::string> set;
  const Json part = parts_of(overrides).at(0);
  for (const Json& setting : part["settings"]) {
    if (setting[0] == "set") {
      set.push_back(setting[1]);
    } else {
      CHECK(settings.emplace(setting[0], setting[1]).second);
    }
  }
  overrides.insert(overrides.begin(), "workers=4");
  CHECK(set == overrides);
  CHECK(settings["jitter"] == "0.1");
  CHECK(settings["stalls"] == "2 an hour, 30 s each");
  CHECK(settings["seeds"] == "5 to 7");
  CHECK(settings["slow workers"] == "rank 1 x 1.1");
  CHECK(settings.count("gradient clipping") == 0);
  CHECK(settings["method ddp"] == "ddp");
  CHECK(settings["method slowmo"] == "slowmo: start_step 100, sync_interval 16");
  for (const char* key :
       {"cluster", "model", "workers", "steps", "batch", "precision", "optimizer"}) {
    CAPTURE(key);
    CHECK(settings[key] != "");
  }
}

TEST_CASE("A page of 1024 workers and 1000 rounds has room for all of them in under 5 MB") {
  const std::vector<Json> parts = prediction_parts(
      load_experiment(std::string(PALSIM_ROOT) + "/tests/experiments/report/many_workers.toml",
                      {"cluster.nodes=128"}),
      {.source = "many_workers.toml"}, [](double) {});
  const Json& part = parts.at(0);
  CHECK(part["timelines"].size() == 5);
  for (const Json& timeline : part["timelines"]) {
    CAPTURE(timeline["label"].get<std::string>());
    CHECK(timeline["rounds_left_out"].get<int>() + static_cast<int>(timeline["rounds"].size()) >=
          1000);
    CHECK(timeline["rounds"].size() >= 1);
    CHECK(timeline["workers_left_out"] == 0);
    CHECK(timeline["steps_gathered"] == false);
  }
  constexpr std::size_t for_the_page_itself = 700'000;
  CHECK(part.dump().size() + for_the_page_itself < 5'000'000);
}
