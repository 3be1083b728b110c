#include "experiments/predict/report.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "experiments/command/text_table.hpp"

using namespace palsim;
using Json = nlohmann::ordered_json;

namespace {

Prediction example() {
  MethodPrediction ddp{.label = "DDP, \"plain\"",
                       .method = "ddp",
                       .wall_clock_s = {{99, 100, 101}, 100},
                       .mean = {.gradient_steps = 10,
                                .synchronizations = 10,
                                .bytes_sent = 1e9,
                                .gradient_s = 80,
                                .communication_s = 15,
                                .waiting_s = 5},
                       .memory_per_worker = Bytes(2'000'000'000)};
  MethodPrediction palsgd{.label = "PALSGD",
                          .method = "palsgd",
                          .wall_clock_s = {{79, 80, 81}, 80},
                          .mean = {.gradient_steps = 9,
                                   .mix_steps = 1,
                                   .synchronizations = 1,
                                   .bytes_sent = 1e8,
                                   .gradient_s = 72,
                                   .other_compute_s = 1,
                                   .communication_s = 5,
                                   .waiting_s = 2},
                          .memory_per_worker = Bytes(9'000'000'000),
                          .speedup = 1.25};
  return {.experiment = "example",
          .cluster = "cluster",
          .model = "model",
          .workers = 4,
          .seed = 3,
          .seeds = 2,
          .steps = 10,
          .batch_per_worker = 64,
          .gradient_step = Duration::seconds(0.25),
          .device_memory = Bytes(8'000'000'000),
          .methods = {ddp, palsgd},
          .published = PublishedGain{"PALSGD", "DDP, \"plain\"", 24.4, "A paper, 2025"}};
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

}  // namespace

TEST_CASE("JSON has exactly these keys, in their order") {
  const Json object = Json::parse(json_report({example()}));
  CHECK(keys(object) ==
        std::vector<std::string>{"experiment", "cluster", "model", "workers", "seed", "methods"});
  for (const Json& method : object["methods"]) {
    CHECK(keys(method) ==
          std::vector<std::string>{"label", "method", "steps", "wall_clock_s", "gradient_steps",
                                   "mix_steps", "synchronizations", "compute_s", "communication_s",
                                   "waiting_s", "utilization", "bytes_sent_per_worker",
                                   "memory_per_worker_bytes", "speedup", "split_s"});
    CHECK(keys(method["wall_clock_s"]) == std::vector<std::string>{"mean", "p5", "p50", "p95"});
  }
  const Json& palsgd = object["methods"][1];
  CHECK(palsgd["compute_s"] == 73);
  CHECK(palsgd["utilization"] == 0.9);
  CHECK(palsgd["speedup"] == 1.25);
}

TEST_CASE("several predictions make a JSON array") {
  CHECK(Json::parse(json_report({example(), example()})).size() == 2);
}

TEST_CASE("CSV has a header with units and a row per method, quoted where it must be") {
  std::istringstream csv(csv_report({example()}));
  std::string line;
  std::getline(csv, line);
  CHECK(
      line ==
      "experiment,cluster,model,workers,seed,label,method,steps,wall_clock_mean_s,wall_clock_p5_s,"
      "wall_clock_p50_s,wall_clock_p95_s,gradient_steps,mix_steps,synchronizations,compute_s,"
      "communication_s,waiting_s,utilization,bytes_sent_per_worker,memory_per_worker_bytes,"
      "speedup");
  std::getline(csv, line);
  CHECK(line.starts_with("example,cluster,model,4,3,\"DDP, \"\"plain\"\"\",ddp,10,100.0,99.0,"));
  std::getline(csv, line);
  CHECK(line.find(",PALSGD,palsgd,") != std::string::npos);
  CHECK_FALSE(std::getline(csv, line));
}

TEST_CASE("the table shows shares of the wall clock") {
  const std::string table = plain_text(table_report({example()}));
  CHECK(
      table.starts_with("example: model on cluster, 4 workers, 10 steps of 64 samples per worker "
                        "(250 ms each), seeds 3 "
                        "to 4\n"));
  CHECK(table.find("wall clock (s)") != std::string::npos);
  CHECK(table.find("91.2 %") != std::string::npos);  // PALSGD's compute: 73 of 80 s
}

TEST_CASE("a worker that does not fit its device is warned of") {
  CHECK(warnings({example()}) ==
        "warning: example: PALSGD needs 9 GB of memory per worker; a device of cluster has 8 GB\n");
}

TEST_CASE("workers that share a device must fit on it together") {
  Prediction prediction = example();
  prediction.device_memory = Bytes(17'000'000'000);
  prediction.workers_per_device = 1;
  CHECK(warnings({prediction}) == "");
  prediction.workers_per_device = 2;
  CHECK(warnings({prediction}) ==
        "warning: example: PALSGD needs 9 GB of memory per worker; a device of cluster has 17 GB "
        "for 2 of them\n");
}

TEST_CASE("a gain is split into parts that add up, beside the published figure") {
  const std::string table = plain_text(gain_report({example()}));
  // 20 of 100 s: 80 - 73 of compute, 15 - 5 of communication, 5 - 2 of waiting.
  const std::size_t row = table.find("PALSGD");
  REQUIRE(row != std::string::npos);
  std::istringstream cells(table.substr(row));
  std::string label, wall, unit, gain, skipped, avoided, waiting, published;
  cells >> label >> wall >> unit >> gain >> skipped >> avoided >> waiting >> published;
  CHECK(gain == "+20.0");
  CHECK(skipped == "+7.0");
  CHECK(avoided == "+10.0");
  CHECK(waiting == "+3.0");
  CHECK(published == "+24.4");
  CHECK(table.find("published: A paper, 2025") != std::string::npos);
}

TEST_CASE("a method whose workers never meet is warned of") {
  Prediction prediction = example();
  prediction.methods[1].mean.synchronizations = 0;
  prediction.device_memory = Bytes(10'000'000'000);
  CHECK(warnings({prediction}) ==
        "warning: example: with PALSGD no worker ever meets another in 10 steps\n");
  prediction.workers = 1;
  CHECK(warnings({prediction}) == "");
}

TEST_CASE("columns align by characters, not by bytes") {
  CHECK(text_table({{{"a", "b"}, {"long", "1"}, {}, {"\xC2\xB5", "22"}}}) ==
        "a      b\n"
        "--------\n"
        "long   1\n"
        "--------\n"
        "\xC2\xB5     22\n");
}
