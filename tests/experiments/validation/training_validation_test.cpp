#include "experiments/validation/training_validation.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "experiments/validation/training_validation_report.hpp"
#include "real/backend/cpu_backend.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {
namespace {

const std::string experiment_text = R"(cluster = "cores.toml"
model = "tiny.toml"
workers = [1, 2]
steps = 6
batch_per_worker = 4

[training]
learning_rate = 0.01

[data]
kind = "generated_images"
samples = 64
held_out_samples = 0

[[method]]
name = "ddp"

[[method]]
name = "palsgd"
label = "PALSGD"
sync_interval = 3
mix_probability = 0.5
)";

const std::string model_text = R"(name = "tiny"
input = "1x6x6"

[[layer]]
type = "flatten"

[[layer]]
type = "linear"
out_features = 3

[[layer]]
type = "cross_entropy"
)";

const std::string cluster_text = R"(name = "cores"

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

TrainingValidation validated() {
  const TemporaryFolder folder;
  folder.write("experiment.toml", experiment_text);
  folder.write("tiny.toml", model_text);
  folder.write("cores.toml", cluster_text);
  const auto path = [&](const char* name) { return (folder.path() / name).string(); };
  return validate_training(load_experiment(path("experiment.toml"), {}), *cpu_backend(),
                           {.machine = load_topology(path("cores.toml")),
                            .repeats = 2,
                            .runs = ValidationOptions::Runs::timed_and_traced,
                            .progress = [](const std::string&, double) {}});
}

double total_s(const TimedRun& run) {
  return run.mean.compute_s + run.mean.communication_s + run.mean.waiting_s;
}

TEST_CASE("A validation predicts and trains every method at every number of workers") {
  const TrainingValidation validation = validated();
  REQUIRE(validation.methods.size() == 4);
  std::vector<std::pair<std::string, Rank>> runs;
  for (const ValidatedMethod& method : validation.methods) {
    CAPTURE(method.label);
    runs.emplace_back(method.label, method.workers);
    CHECK(method.wall_clocks_s.size() == 2);
    CHECK(method.predicted.wall_clock_s > 0);
    // A mean over workers, whose runs end together but for the last one's own work.
    CHECK(total_s(method.predicted) == doctest::Approx(method.predicted.wall_clock_s));
    CHECK(total_s(method.measured) <= method.measured.wall_clock_s * 1.0001);
    CHECK(method.spread() >= 0);
  }
  CHECK(runs == std::vector<std::pair<std::string, Rank>>{
                    {"ddp", 1}, {"PALSGD", 1}, {"ddp", 2}, {"PALSGD", 2}});
  REQUIRE(validation.traced.size() == 8);
  for (std::size_t at = 0; at < validation.methods.size(); ++at) {
    const ValidatedMethod& method = validation.methods[at];
    const TracedRun& simulated = validation.traced[2 * at];
    const TracedRun& measured = validation.traced[2 * at + 1];
    const std::string name = method.label + (method.workers == 1 ? ", 1 worker" : ", 2 workers");
    CHECK(simulated.label == "simulated: " + name);
    CHECK(measured.label == "measured: " + name);
    CHECK(measured.workers == method.workers);
    CHECK(simulated.timeline.rounds().back().end.in_seconds() ==
          doctest::Approx(method.predicted.wall_clock_s));
    CHECK(measured.timeline.rounds().front().begin == Time::start());
    CHECK(measured.timeline.rounds().back().steps_done == 6);
    std::int64_t steps = 0;
    for (const RoundTimeline& round : measured.timeline.rounds()) {
      for (const Segment& segment : round.segments) steps += segment.steps;
    }
    CHECK(steps == 6 * method.workers);
  }

  SUBCASE("and tells programs all of it") {
    const auto object = nlohmann::json::parse(json_report(validation));
    CHECK(object.at("experiment") == "experiment");
    CHECK(object.at("machine").at("processor") == "a core");
    CHECK(object.at("calibration").at("local_steps").at(0).at("workers") == 1);
    const auto& method = object.at("methods").at(3);
    CHECK(method.at("label") == "PALSGD");
    CHECK(method.at("method") == "palsgd");
    CHECK(method.at("workers") == 2);
    for (const char* kind : {"predicted", "measured"}) {
      for (const char* time : {"wall_clock_s", "compute_s", "communication_s", "waiting_s"}) {
        CHECK(method.at(kind).at(time).is_number());
      }
    }
    const double predicted = method.at("predicted").at("wall_clock_s");
    const double measured = method.at("measured").at("wall_clock_s");
    CHECK(method.at("error") == doctest::Approx((predicted - measured) / measured));
  }

  SUBCASE("on the machine as it was calibrated") {
    const Topology cluster = read_topology(parse_document(validation.cluster, "cluster.toml"));
    CHECK(cluster.device.memory_bandwidth.count() ==
          doctest::Approx(validation.calibration.updates.count()));
    CHECK(cluster.transport.kind == TransportKind::measured);
    CHECK(cluster.device.throughput == throughput_of(validation.calibration.local));
  }
}

TEST_CASE("A step's time is what its samples leave, and one that leaves nothing is told") {
  StepCalibration calibration{.data_time_s = 2e-6, .local = {{.step_s = 5e-6}, {.step_s = 1e-3}}};
  CHECK(step_time_of(calibration, Duration::nanoseconds(23)) == Duration::nanoseconds(3000));
  CHECK(complaint_of([&] { step_time_of(calibration, Duration::nanoseconds(3000)); }) != "");
  calibration.data_time_s = 6.44e-6;
  CHECK(complaint_of([&] { step_time_of(calibration, Duration::nanoseconds(23)); }) ==
        "a step with its samples was measured at 5 us, its samples alone at 6.44 us, and the "
        "optimizer takes 23 ns: nothing is left for the gradient; write a larger model or "
        "batch_per_worker, or measure again when the machine is idle");
}

}  // namespace
}  // namespace palsim
