// What palsim train prints and logs.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/experiments/train/training_home.hpp"

using namespace palsim;

TEST_CASE("a run's JSON has every method with its figures, and its log a row for each step") {
  const TrainingHome home;
  const CommandResult result = home.train({"--format", "json", "--log", "log.csv"});
  CHECK(result.status == 0);
  CHECK(result.err == "");
  const Json results = Json::parse(result.out);
  CHECK(results["experiment"] == "tiny");
  CHECK(results["model"] == "tiny");
  CHECK(results["backend"] == "cpu");
  CHECK(results["batch_per_worker"] == 4);
  REQUIRE(results["methods"].size() == 2);
  for (const Json& method : results["methods"]) {
    CHECK(method["workers"] == 2);
    CHECK(method["seed"] == 5);
    CHECK(method["steps"] == 12);
    CHECK(method["loss"].get<double>() > 0);
    CHECK(method["held_out"]["loss"].get<double>() > 0);
    CHECK(method["held_out"]["accuracy"].get<double>() <= 1);
    const double parts = method["compute_s"].get<double>() +
                         method["communication_s"].get<double>() +
                         method["waiting_s"].get<double>();
    CHECK(parts > 0);
    CHECK(parts <= method["wall_clock_s"].get<double>() * (1 + 1e-9));
    const Json& split = method["split_s"];
    CHECK(split["compute"].get<double>() + split["mix"].get<double>() ==
          doctest::Approx(method["compute_s"].get<double>()));
    CHECK((split["mix"].get<double>() > 0) == (method["method"] == "palsgd"));
    CHECK(split["compute"].get<double>() > 0);
    CHECK(split["communication"] == method["communication_s"]);
    CHECK(split["waiting"] == method["waiting_s"]);
  }
  CHECK(results["methods"][0]["label"] == "ddp");
  CHECK(results["methods"][1]["label"] == "mixing");
  CHECK(results["methods"][1]["method"] == "palsgd");
  const std::vector<std::string> rows = losses_of(home.folder().read("log.csv"));
  REQUIRE(rows.size() == 25);
  CHECK(home.folder().read("log.csv").starts_with(
      "method,step,loss,wall_clock_s,compute_s,communication_s,waiting_s\n"));
  for (std::size_t step = 0; step < 12; ++step) {
    CHECK(rows[1 + step].starts_with(fmt::format("ddp,{},", step)));
    CHECK(rows[13 + step].starts_with(fmt::format("mixing,{},", step)));
  }
}

TEST_CASE("steps and methods are chosen on the command line, and held-out samples may be none") {
  const TrainingHome home;
  const Json results = results_of(home.train({"--format", "json", "--steps", "3", "--method",
                                              "mixing", "--set", "data.held_out_samples=0"}));
  REQUIRE(results["methods"].size() == 1);
  CHECK(results["methods"][0]["steps"] == 3);
  CHECK(results["methods"][0]["held_out"].is_null());
}
