// --trace of predict, train and validate.
#include "tests/experiments/trace/trace_laws.hpp"
#include "tests/experiments/train/training_home.hpp"

using namespace palsim;

namespace {

std::map<std::int64_t, TraceProcess> trace_in(const Home& home, const std::string& file) {
  return checked_trace(home.folder().read(file));
}

bool is_there(const Home& home, const std::string& file) {
  return std::filesystem::exists(home.folder().path() / file);
}

const Words validate_tiny{"validate", "tiny", "--backend", "cpu", "--calibration", "cores.toml"};

// A machine that need not be measured.
const std::string cores = R"(name = "cores"

[node]
workers = ["worker0", "worker1"]

[device]
name = "a core"
fp32 = "100GFLOP/s"
memory_bandwidth = "10GB/s"
memory = "1GB"
throughput = [1, 2]

[transport]
kind = "measured"
all_reduce = [{ workers = 2, size = "1KiB", time = "5us" }]
broadcast = [{ workers = 2, size = "1KiB", time = "5us" }]
)";

}  // namespace

TEST_CASE("a prediction's trace has its workers' time") {
  const Home home;
  const CommandResult all = home.run(
      {"predict", "small", "--format", "json", "--trace", "all.json", "--set", "steps=30"});
  CHECK(all.status == 0);
  CHECK(all.err == "");
  const Json methods = Json::parse(all.out)["methods"];
  const auto processes = trace_in(home, "all.json");
  REQUIRE(processes.size() == methods.size());
  for (const auto& [place, process] : processes) {
    CAPTURE(process.name);
    const Json& method = methods[static_cast<std::size_t>(place - 1)];
    CHECK(process.name == "simulated: " + method["label"].get<std::string>());
    const auto mean_s = [&](const char* activity) {
      const auto spent = process.spent_ns.find(activity);
      return spent == process.spent_ns.end() ? 0.0 : static_cast<double>(spent->second) / 2e9;
    };
    const auto near = [](const Json& value) {
      return doctest::Approx(value.get<double>()).epsilon(1e-6);
    };
    CHECK(mean_s("compute") + mean_s("mix") == near(method["compute_s"]));
    CHECK(mean_s("communication") == near(method["communication_s"]));
    CHECK(mean_s("waiting") == near(method["waiting_s"]));
    CHECK(process.end_ns.at(3) == process.end_ns.at(4));
  }
}

TEST_CASE("a long prediction's trace is sampled, and the command says so in a line") {
  const Home home;
  const CommandResult some =
      home.run({"predict", "small", "--trace", "some.json", "--set", "steps=60000"});
  CHECK(some.status == 0);
  CHECK(some.err.starts_with("warning: some.json: left out of simulated: ddp, "));
  CHECK(some.err.find(" rounds (kept: first ") != std::string::npos);
  CHECK(some.err.find('\n') == some.err.size() - 1);
  const std::string trace = home.folder().read("some.json");
  CHECK(trace.size() < 50'000'000);
  CHECK(trace.find(" left out\"") != std::string::npos);
  CHECK(trace.ends_with("}\n"));
}

TEST_CASE("a training's trace has the time that its report says, of every method") {
  const TrainingHome home;
  const CommandResult result = home.train({"--format", "json", "--trace", "trace.json"});
  CHECK(result.status == 0);
  CHECK(result.err == "");
  const Json methods = Json::parse(result.out)["methods"];
  const auto processes = trace_in(home, "trace.json");
  REQUIRE(processes.size() == 2);
  for (const auto& [place, process] : processes) {
    const Json& method = methods[static_cast<std::size_t>(place - 1)];
    CHECK(process.name == "measured: " + method["label"].get<std::string>());
    CHECK(process.labels == "2 workers");
    double spent_s = 0;
    for (const auto& [activity, ns] : process.spent_ns) {
      if (activity != "bucket all-reduce") spent_s += static_cast<double>(ns) / 2e9;
    }
    const double mean_s = method["compute_s"].get<double>() +
                          method["communication_s"].get<double>() +
                          method["waiting_s"].get<double>();
    CHECK(spent_s == doctest::Approx(mean_s).epsilon(1e-3));  // as the report rounds
    CHECK(process.steps.at("compute") + (place == 2 ? process.steps.at("mix") : 0) == 24);
  }
  CHECK(processes.at(1).spent_ns.contains("bucket all-reduce"));
  CHECK(processes.at(1).rounds.size() == 12);
  CHECK(processes.at(2).rounds.size() == 4);
}

TEST_CASE("processes' records come together in one trace") {
  const TrainingHome home;
  const CommandResult result = run_command(
      home.folder().path(), {"env", "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
                             "ASAN_OPTIONS=detect_leaks=0", PALSIM_MPIRUN, "-q", "--oversubscribe",
                             "--mca", "btl_base_warn_component_unused", "0", "-np", "2", "env",
                             "PALSIM_HOME=" + home.folder().path().string(), PALSIM_COMMAND,
                             "train", "tiny", "--trace", "trace.json"});
  CHECK(result.status == 0);
  const auto processes = trace_in(home, "trace.json");
  REQUIRE(processes.size() == 2);
  for (const auto& [place, process] : processes) {
    CHECK(process.labels == "2 workers");
    CHECK(process.threads.size() == 4);
    CHECK(process.steps.at("compute") + (place == 2 ? process.steps.at("mix") : 0) == 24);
  }
}

TEST_CASE("each number of workers and each seed is a process of its own") {
  const TrainingHome home;
  CHECK(home.train({"--trace", "trace.json", "--method", "ddp", "--set", "seeds=2", "--set",
                    "workers=[1,2]", "--steps", "2"})
            .status == 0);
  const auto processes = trace_in(home, "trace.json");
  REQUIRE(processes.size() == 4);
  CHECK(processes.at(1).name == "measured: ddp, 1 worker, seed 5");
  CHECK(processes.at(4).name == "measured: ddp, 2 workers, seed 6");
  CHECK(processes.at(1).threads.size() == 3);
}

TEST_CASE("the trace of a resumed run says where it begins") {
  const TrainingHome home;
  CHECK(home.train({"--checkpoint", "kept", "--steps", "12"}).status == 0);
  CHECK(home.train({"--resume", "kept", "--trace", "trace.json"}).status == 0);
  const Json trace = Json::parse(home.folder().read("trace.json"));
  const auto processes = checked_trace(trace);
  CHECK(processes.at(1).labels == "2 workers, resumed at step 12");
  CHECK(trace["otherData"]["runs"][1]["first_step"] == 12);
  CHECK(processes.at(1).rounds.empty());
}

TEST_CASE("a validation's trace has each method simulated and measured, from the same start") {
  const TrainingHome home;
  home.folder().write("cores.toml", cores);
  Words words = validate_tiny;
  words.insert(words.end(), {"--repeats", "1", "--set", "workers=1", "--trace", "trace.json"});
  const CommandResult result = home.run(words);
  CHECK(result.status == 0);
  const auto processes = trace_in(home, "trace.json");
  REQUIRE(processes.size() == 4);
  const std::vector<std::string> names{"simulated: ddp", "measured: ddp", "simulated: mixing",
                                       "measured: mixing"};
  for (std::int64_t at = 1; at <= 4; ++at) {
    CHECK(processes.at(at).name == names[static_cast<std::size_t>(at - 1)]);
    CHECK(processes.at(at).begin_ns.at(3) == 0);
  }
  CHECK(processes.at(2).steps.at("compute") == 12);
  CHECK(processes.at(4).steps.at("compute") + processes.at(4).steps.at("mix") == 12);
  CHECK(processes.at(3).steps.at("mix") == processes.at(4).steps.at("mix"));  // coins fall alike
}

TEST_CASE("a trace that cannot be written is refused before anything runs, and leaves nothing") {
  const TrainingHome home;
  home.folder().write("cores.toml", cores);
  const std::string unwritable =
      "'none/trace.json': cannot be written; write the path of a file in a writable folder";
  const auto validate = [&](const std::string& file) {
    Words words = validate_tiny;
    words.insert(words.end(), {"--trace", file});
    return home.refusal(words);
  };
  CHECK(home.refused({"--trace", "none/trace.json"}) == unwritable);
  CHECK(home.refusal({"predict", "tiny", "--trace", "none/trace.json"}) == unwritable);
  CHECK(validate("none/trace.json") == unwritable);
  CHECK(home.refused({"--trace", ""}).starts_with("'': cannot be written"));
  CHECK(validate("").starts_with("'': cannot be written"));

  const auto overwrites = [](const std::string& file) {
    return "--trace " + file + ": would overwrite what is read; write another path";
  };
  const std::string tiny = "experiments/tiny.toml";
  CHECK(home.refused({"--trace", tiny}) == overwrites(tiny));
  CHECK(validate(tiny) == overwrites(tiny));
  CHECK(validate("cores.toml") == overwrites("cores.toml"));
  CHECK(home.refusal({"predict", "tiny", "--trace", "models/tiny.toml"}) ==
        overwrites("models/tiny.toml"));
  CHECK(home.refused({"--trace", "a", "--log", "./a"}) ==
        "--trace a: would overwrite what --log writes; write another path");
  CHECK(home.refusal({"validate", "nccl", "--trace", "trace.json"}) ==
        "--trace: goes with --backend; write --backend cpu or cuda");
  CHECK(home.refused({"--trace", "trace.json", "--method", "dpp"}) ==
        "--method dpp: no method has this label; did you mean 'ddp'?");
  CHECK(!is_there(home, "trace.json"));
  CHECK(!is_there(home, "a"));
  CHECK(home.folder().read(tiny) == tiny_text);
}
