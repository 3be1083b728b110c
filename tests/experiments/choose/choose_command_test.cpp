#include "experiments/choose/choose_command.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace palsim;

namespace {

class Playground {
 public:
  Playground() {
    experiment = folder.write("small.toml", R"(
cluster = "t4_pcie_x4"
model = "mlp"
steps = 400
batch_per_worker = 32
seeds = 2
[compute]
jitter = 0.02
[[method]]
name = "local_sgd"
sync_interval = 4
[[method]]
name = "palsgd"
sync_interval = 4
mix_probability = 0.1
)");
    losses =
        folder.write("losses.csv", R"(method,sync_interval,mix_probability,workers,seed,step,loss
local_sgd,4,,4,1,1,3
local_sgd,4,,4,1,200,1
local_sgd,4,,4,2,1,3
local_sgd,4,,4,2,200,1.2
)");
  }

  std::string output(std::vector<std::string> words) const {
    words.insert(words.begin(), experiment);
    std::ostringstream text;
    std::streambuf* before = std::cout.rdbuf(text.rdbuf());
    try {
      choose_command().run(words);
    } catch (...) {
      std::cout.rdbuf(before);
      throw;
    }
    std::cout.rdbuf(before);
    return text.str();
  }
  std::string refusal(const std::vector<std::string>& words) const {
    return complaint_of([&] { output(words); });
  }

  TemporaryFolder folder;
  std::string experiment;
  std::string losses;
};

}  // namespace

TEST_CASE("one question is asked, with what it takes to answer it") {
  const Playground ground;
  CHECK(ground.refusal({}).starts_with("palsim choose: no questions; write one of "));
  CHECK(ground.refusal({"--steps", "5", "--time-budget", "1h"})
            .starts_with("palsim choose: several questions; "));
  CHECK(ground.refusal({"--target-loss", "1"}) ==
        "palsim choose: no losses to answer the least time to a loss of 1 from; write --loss "
        "FILE.csv or --probe");
  CHECK(ground.refusal({"--target-loss", "nan", "--loss", ground.losses}) ==
        "--target-loss nan: write a finite number");
  CHECK(ground.refusal({"--time-budget", "5", "--loss", ground.losses})
            .starts_with("--time-budget 5: "));
  CHECK(ground.refusal({"--utilization", "0.9", "--methods", "palsgd"})
            .starts_with("--methods: no part of the inverse questions; "));
  CHECK(ground.refusal({"--utilization", "0.9", "--loss", "none"})
            .starts_with("--loss: no part of the inverse questions; "));
  CHECK(ground.refusal({"--steps", "5", "--sync-interval", "1..20000+1"}) ==
        "more than 10000 candidates; write fewer values, or use palsim sweep");
  CHECK(ground.refusal({"--steps", "5", "--sync-interval", "8..4*2"})
            .starts_with("--sync-interval '8..4*2': empty; "));
}

TEST_CASE("losses are kept where nothing else stands") {
  const Playground ground;
  const std::string cache = (ground.folder.path() / "probes").string();
  const std::vector<std::string> probe{"--target-loss", "2",   "--probe=cpu",  "--probe-steps", "2",
                                       "--probe-cache", cache, "--save-losses"};
  const auto saved_to = [&](const std::string& path) {
    std::vector<std::string> words = probe;
    words.push_back(path);
    return ground.refusal(words);
  };
  CHECK(
      saved_to(ground.experiment).ends_with(": would overwrite what is read; write another path"));
  const std::string thesis = ground.folder.write("thesis.txt", "years of work\n");
  CHECK(saved_to(thesis) ==
        "--save-losses " + thesis + ": holds something else than losses; write another path");
  CHECK(ground.folder.read("thesis.txt") == "years of work\n");
  CHECK(saved_to("") == "--save-losses: no file; write the path of one");
}

TEST_CASE("a choice is printed whole, as a table and as JSON") {
  const Playground ground;
  const std::vector<std::string> words{"--target-loss", "1.5",       "--loss",
                                       ground.losses,   "--methods", "local_sgd"};
  std::string table = ground.output(words);
  std::replace(table.begin(), table.end(), '\n', ' ');
  for (const char* part :
       {"small: mlp on t4_pcie_x4: the least time to a loss of 1.5, with losses of losses.csv ",
        "Pareto front", "+20 % step time",
        "local_sgd, H = 4, 4 workers has the least time to a loss of 1.5: ",
        "No other candidate comes to an answer."}) {
    CAPTURE(part);
    CHECK(table.find(part) != std::string::npos);
  }
  std::vector<std::string> as_json = words;
  as_json.insert(as_json.end(), {"--format", "json"});
  const auto json = nlohmann::json::parse(ground.output(as_json));
  CHECK(json["question"]["target_loss"] == 1.5);
  CHECK(json["choice"]["method"] == "local_sgd");
  CHECK(json["choice"]["sync_interval"] == 4);
  CHECK(json["choice"]["mix_probability"].is_null());
  CHECK(json["choice"]["workers"] == 4);
  for (const char* percentile : {"p5", "p50", "p95"}) {
    CHECK(json["choice"]["time_s"][percentile] > 0);
  }
  CHECK(json["choice"]["eligible"] == true);
  CHECK(json["cells"].size() == 1);
  CHECK(json["pareto"].size() > 1);
  CHECK(json["sensitivity"].size() == 6);
}

TEST_CASE("a break-even next to where a number can go no further is found") {
  const Playground ground;
  const auto json = nlohmann::json::parse(ground.output(
      {"--break-even", "local_sgd,palsgd", "--solve", "method.palsgd.mix_probability", "--set",
       "method.local_sgd.sync_interval=8", "--set", "compute.step_time=1ms", "--format", "json"}));
  REQUIRE(json["answers"].size() == 1);
  const double probability = json["answers"][0]["value"];
  CHECK(probability > 0.4);  // beyond the last of the grid from 0.1 by factors of 4
  CHECK(probability < 1);
}
