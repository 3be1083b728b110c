#include "experiments/inverse/inverse_command.hpp"

#include <doctest/doctest.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/experiments/inverse/two_nodes.hpp"
#include "tests/support/complaint.hpp"

using namespace palsim;

namespace {

using Words = std::vector<std::string>;

CommandValues parsed(const Words& words) {
  po::options_description options;
  add_inverse_options(options);
  options.add_options()("format", one_of("table|json|markdown"), "");
  return *parse_command({.name = "choose", .positional = "experiment"}, options, words);
}

// What stands on standard output.
std::string output(const std::string& experiment, const Words& words, const Words& overrides = {}) {
  std::ostringstream text;
  std::streambuf* before = std::cout.rdbuf(text.rdbuf());
  try {
    inverse_command(experiment, overrides, parsed(words));
  } catch (...) {
    std::cout.rdbuf(before);
    throw;
  }
  std::cout.rdbuf(before);
  return text.str();
}

std::string refusal(const Words& words) {
  const TwoNodes setting;
  return complaint_of([&] { output(setting.path(), words); });
}

}  // namespace

TEST_CASE("an inverse question is one of its options") {
  CHECK_FALSE(asks_inverse(parsed({})));
  CHECK_FALSE(asks_inverse(parsed({"--format", "json"})));
  CHECK(asks_inverse(parsed({"--utilization", "0.9"})));
  CHECK(asks_inverse(parsed({"--break-even", "a,b"})));
  CHECK(asks_inverse(parsed({"--solve", "workers"})));
  CHECK(asks_inverse(parsed({"--tolerance", "0.1"})));
}

TEST_CASE("the table ends with the commands that ask the forward question") {
  const TwoNodes setting;
  const std::string table = output(setting.path(), {"--utilization", "0.5"},
                                   {"method.diloco.label=DiLoCo's", "cluster.fabric.latency=1us"});
  CHECK(
      table.starts_with(setting.path() + ": utilization of at least 50 %, whole numbers, exact\n"));
  CHECK(table.ends_with(
      "check: palsim predict " + setting.path() +
      " --set 'method.diloco.label=DiLoCo'\\''s' --set cluster.fabric.latency=1us --set "
      "'method.DiLoCo'\\''s.sync_interval=1'\n"));
  const std::string even = output(setting.path(), {"--break-even", "ddp,diloco"});
  CHECK(even.starts_with(setting.path() + ": break-even of ddp,diloco, within 1 %\n"));
  CHECK(even.find("\ncheck: palsim predict ") != std::string::npos);
}

TEST_CASE("the table of what has no answer has remarks and no command") {
  const TwoNodes setting;
  const std::string table =
      output(setting.path(), {"--utilization", "0.999", "--solve", "fabric.bandwidth"},
             {"compute.jitter=0.3"});
  CHECK(table.find("check:") == std::string::npos);
  CHECK(table.find("\nddp: not reached: ") != std::string::npos);
  CHECK(table.find("none") != std::string::npos);
}

TEST_CASE("JSON holds the question, the tolerance and each answer") {
  const TwoNodes setting;
  const auto json = nlohmann::json::parse(
      output(setting.path(), {"--utilization", "0.9", "--tolerance", "0.05", "--format", "json"}));
  CHECK(json["question"] == "utilization of at least 90 %");
  CHECK(json["tolerance"] == 0.05);
  REQUIRE(json["answers"].size() == 2);
  const auto& ddp = json["answers"][0];
  CHECK(ddp["label"] == "ddp");
  CHECK(ddp["value"].is_null());
  CHECK(ddp["text"].is_null());
  CHECK(ddp["unknown"].is_null());
  CHECK(ddp["utilization"] > 0);
  CHECK(ddp["remarks"].size() == 1);
  const auto& diloco = json["answers"][1];
  CHECK(diloco["method"] == "diloco");
  CHECK(diloco["workers"] == 2);
  CHECK(diloco["unknown"] == "method.diloco.sync_interval");
  CHECK(diloco["text"] == fmt::format("{}", diloco["value"].get<int>()));
  CHECK(diloco["utilization"] >= 0.9);
  CHECK(diloco["utilization_beside"] < 0.9);
  CHECK(diloco["monotone"] == true);

  const auto even = nlohmann::json::parse(
      output(setting.path(), {"--break-even", "ddp,diloco", "--format", "json"}));
  const auto& answer = even["answers"][0];
  CHECK(answer["label"] == "ddp,diloco");
  CHECK(answer["unit"] == "B/s");
  CHECK(answer["wall_clock_s"]["ddp"].get<double>() ==
        doctest::Approx(answer["wall_clock_s"]["diloco"].get<double>()).epsilon(0.01));
  CHECK(answer["wall_clock_s_beside"]["ddp"] > answer["wall_clock_s"]["ddp"]);
}

TEST_CASE("questions that make no sense are refused in one line") {
  for (const char* share : {"0", "1", "1.5", "-0.1", "nan"}) {
    CAPTURE(share);
    CHECK(refusal({std::string("--utilization=") + share})
              .ends_with(": write a number above 0 and below 1, such as 0.95"));
  }
  CHECK(refusal({"--utilization", "much"}).starts_with("palsim choose: "));
  CHECK(refusal({"--utilization", "0.9", "--break-even", "ddp,diloco"}) ==
        "--break-even: --utilization is asked, too; write one of them");
  for (const char* tolerance : {"0", "0.51", "-1", "nan"}) {
    CAPTURE(tolerance);
    CHECK(refusal({"--utilization=0.9", std::string("--tolerance=") + tolerance})
              .ends_with(": write a number from 1e-09 to 0.5, such as 0.01"));
  }
  CHECK(refusal({"--solve", "workers"}) ==
        "--solve: goes with --utilization or --break-even; write one of them, too");
  CHECK(refusal({"--utilization", "0.9", "--format", "csv"}).starts_with("--format csv: "));
  CHECK(refusal({"--utilization", "0.9", "--solve", "fabric.bandwith"})
            .starts_with("--solve fabric.bandwith: "));
  CHECK(refusal({"--break-even", "ddp,quux"}).starts_with("--break-even ddp,quux: "));
  CHECK(complaint_of([] {
          output("no_such_experiment", {"--utilization", "0.9"});
        }).starts_with("experiment no_such_experiment: "));
}
