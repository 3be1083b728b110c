#include "experiments/experiment/workload.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/models/text_model.hpp"

using namespace palsim;

namespace {

// Each precision has a peak of its own, and half of every peak is reached.
const std::string device = R"([device]
name = "GPU"
fp32 = "10TFLOP/s"
tf32 = "40TFLOP/s"
bf16 = "160TFLOP/s"
fp16 = "80TFLOP/s"
memory = "1GB"
compute_efficiency = 0.5
memory_efficiency = 0.5
)";
const std::string memory_is_fast = "memory_bandwidth = \"2000TB/s\"\nlaunch_cost = \"0s\"\n";
const std::string memory_is_slow = "memory_bandwidth = \"100GB/s\"\nlaunch_cost = \"0s\"\n";

const std::string product = R"([[layer]]
type = "linear"
out_features = 1000
bias = false
)";
const std::string relu = "[[layer]]\ntype = \"relu\"\n";

// A thousand samples on one such device.
Experiment experiment_of(const std::string& input, const std::string& layers,
                         const std::string& more_of_the_device) {
  const std::string cluster =
      "name = \"c\"\n" + device + more_of_the_device + "[node]\nworkers = [\"gpu0\"]\nlinks = []\n";
  Experiment experiment{.name = "e",
                        .cluster = read_topology(parse_document(cluster, "c.toml")),
                        .model = model_of(input, layers)};
  experiment.batch_per_worker = 1000;
  return experiment;
}

Duration microseconds(std::int64_t count) { return Duration::nanoseconds(1000 * count); }

}  // namespace

TEST_CASE("a matrix product takes its FLOPs at what is reached of the precision's own peak") {
  Experiment experiment = experiment_of("1000", product, memory_is_fast);
  const std::pair<Precision, Duration> expected[] = {
      // 2 x 1000 x 1000 x 1000 FLOP at half the peak.
      {Precision::fp32, microseconds(400)},
      {Precision::tf32, microseconds(100)},
      {Precision::bf16, microseconds(25)},
      {Precision::fp16, microseconds(50)}};
  for (const auto& [precision, forward] : expected) {
    CAPTURE(static_cast<int>(precision));
    experiment.precision = precision;
    const Workload workload = workload_of(experiment);
    CHECK(workload.forward == forward);
    CHECK(workload.backward == 2 * forward);
  }
}

TEST_CASE("half precision halves what is moved and kept, and TF32 does neither") {
  Experiment experiment = experiment_of("1000", relu, memory_is_slow);
  const std::tuple<Precision, Duration, Bytes> expected[] = {
      // 2 x 1000 x 1000 numbers read and written at 50 GB/s; half of them are kept.
      {Precision::fp32, microseconds(160), Bytes(4'000'000)},
      {Precision::tf32, microseconds(160), Bytes(4'000'000)},
      {Precision::bf16, microseconds(80), Bytes(2'000'000)},
      {Precision::fp16, microseconds(80), Bytes(2'000'000)}};
  for (const auto& [precision, forward, kept] : expected) {
    CAPTURE(static_cast<int>(precision));
    experiment.precision = precision;
    const Workload workload = workload_of(experiment);
    CHECK(workload.forward == forward);
    CHECK(workload.backward == 2 * forward);
    CHECK(workload.activations == kept);
    CHECK(workload.memory_bandwidth == BytesPerSecond(50e9));
  }
}

TEST_CASE("each kernel's launch comes on top, twice as many of them in the backward pass") {
  const Workload workload = workload_of(experiment_of(
      "1000", relu + relu, "memory_bandwidth = \"100GB/s\"\nlaunch_cost = \"5us\"\n"));
  CHECK(workload.forward == microseconds(2 * (160 + 5)));
  CHECK(workload.backward == microseconds(2 * (320 + 10)));
}

TEST_CASE("micro-batches divide the batch, and with it the time and memory of each pass") {
  Experiment experiment = experiment_of("1000", relu, memory_is_slow);
  experiment.micro_batches = 4;
  const Workload workload = workload_of(experiment);
  CHECK(workload.micro_batches == 4);
  CHECK(workload.forward == microseconds(40));
  CHECK(workload.backward == microseconds(80));
  CHECK(workload.activations == Bytes(1'000'000));
}

TEST_CASE("a chain's gradients are ready last layer first, each as its layer's backward ends") {
  const auto linear = [](const std::string& out_features) {
    return "[[layer]]\ntype = \"linear\"\nout_features = " + out_features + "\n";
  };
  const Workload workload = workload_of(
      experiment_of("100", linear("200") + linear("50") + linear("400"), memory_is_fast));
  // Weight and bias of each: 4 x 1000 FLOP per weight at 5 TFLOP/s.
  const Duration third = microseconds(16);
  const Duration second = third + microseconds(8);
  const Duration first = second + microseconds(16);
  CHECK(workload.gradient_ready ==
        std::vector<Duration>{first, first, second, second, third, third});
  CHECK(std::is_sorted(workload.gradient_ready.rbegin(), workload.gradient_ready.rend()));
  CHECK(workload.backward == first);
  CHECK(workload.tensor_elements ==
        std::vector<std::int64_t>{20'000, 200, 10'000, 50, 20'000, 400});
}
