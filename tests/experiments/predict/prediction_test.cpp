#include "experiments/predict/prediction.hpp"

#include <doctest/doctest.h>
#include <omp.h>

#include <cmath>

#include "experiments/predict/report.hpp"

using namespace palsim;

namespace {

std::vector<Prediction> predicted(const std::string& name,
                                  const std::vector<std::string>& overrides = {}) {
  return predict(load_experiment(name, overrides), {}, [](double) {});
}

const MethodPrediction& method(const Prediction& prediction, const std::string& label) {
  for (const MethodPrediction& each : prediction.methods) {
    if (each.label == label) return each;
  }
  FAIL("no method " << label);
  return prediction.methods.front();
}

const std::vector<std::string> on_a_star{"cluster=l40s_tcp_x4",
                                         "cluster.transport.kind=ideal",
                                         "cluster.transport.setup=0s",
                                         "compute.jitter=0",
                                         "seeds=1",
                                         "cluster.transport.algorithm=ring"};

std::vector<std::string> with(std::vector<std::string> overrides,
                              const std::vector<std::string>& more) {
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

}  // namespace

TEST_CASE("any number of threads gives the same bytes") {
  const Experiment experiment =
      load_experiment(std::string(PALSIM_ROOT) + "/tests/experiments/short.toml", {"seeds=7"});
  const int before = omp_get_max_threads();
  std::string first;
  for (const int threads : {1, 2, 8}) {
    omp_set_num_threads(threads);
    const std::string json = json_report(predict(experiment, {}, [](double) {}));
    if (first.empty()) first = json;
    CHECK(json == first);
  }
  omp_set_num_threads(before);
}

TEST_CASE("twice the bandwidth and half the latency halve what is communicated") {
  const auto communication = [](const char* bandwidth, const char* latency) {
    const auto prediction =
        predicted("resnet50_imagenet_l40s",
                  with(on_a_star, {std::string("cluster.fabric.bandwidth=") + bandwidth,
                                   std::string("cluster.fabric.latency=") + latency}));
    return method(prediction.front(), "Local SGD").mean.communication_s;
  };
  CHECK(communication("10Gbit/s", "100us") ==
        doctest::Approx(2 * communication("20Gbit/s", "50us")).epsilon(1e-6));
}

TEST_CASE("a blocking synchronization of the whole model takes what the ring formula says") {
  // One synchronization: 2 (K - 1) (S / K / B + 2 latencies), S = 4 x 25 557 032 bytes.
  const auto prediction = predicted(
      "resnet50_imagenet_l40s",
      with(on_a_star, {"cluster.fabric.bandwidth=1GB/s", "cluster.fabric.latency=50us",
                       "method.local_sgd.start_step=0", "method.local_sgd.sync_interval=450360"}));
  const double expected = 6 * (4 * 25'557'032.0 / 4 / 1e9 + 100e-6);
  CHECK(method(prediction.front(), "Local SGD").mean.communication_s ==
        doctest::Approx(expected).epsilon(1e-7));
}

TEST_CASE("epochs over samples make the paper's numbers of steps") {
  const auto steps = [](const char* name) { return load_experiment(name, {}).runs.front().steps; };
  CHECK(steps("resnet50_imagenet_l40s") == 450'360);
  CHECK(steps("vgg16_cifar10_l40s") == 19'400);
  CHECK(steps("gptneo_8m_tinystories_t4") == 15'375);
  CHECK(steps("gptneo_125m_tinystories_v100") == 7'680);
}

TEST_CASE("the small CNN's file covers 4 to 64 workers") {
  const auto predictions = predicted("small_cnn_cifar10", {"seeds=1"});
  REQUIRE(predictions.size() == 5);
  Rank workers = 4;
  for (const Prediction& prediction : predictions) {
    CHECK(prediction.workers == workers);
    CHECK(prediction.steps == 100 * (50'000 / (32 * workers)));
    CHECK(prediction.methods.size() == 5);
    workers *= 2;
  }
}

TEST_CASE("shared coins do not wait and independent coins do") {
  const std::vector<std::string> quiet{"compute.jitter=0", "seeds=1", "method.PALSGD.start_step=0"};
  CHECK(method(predicted("gptneo_8m_tinystories_t4", quiet).front(), "PALSGD").mean.waiting_s == 0);
  CHECK(
      method(predicted("gptneo_8m_tinystories_t4", with(quiet, {"method.PALSGD.coin=independent"}))
                 .front(),
             "PALSGD")
          .mean.waiting_s > 0);
}

TEST_CASE("eight workers on two cores take four times as long as two, contention included") {
  // One epoch of 195 steps of eight workers, or as many of fewer.
  const auto wall_s = [](int workers, int sync_interval) {
    const Prediction prediction =
        predicted("small_cnn_cifar10",
                  {"cluster=" PALSIM_ROOT "/tests/topologies/shared_cores.toml",
                   "workers=" + std::to_string(workers), "epochs=1", "seeds=1", "compute.jitter=0",
                   "compute.step_time=100ms", "samples=" + std::to_string(6240 * workers),
                   "method.local_sgd.sync_interval=" + std::to_string(sync_interval)})
            .front();
    REQUIRE(prediction.steps == 195);
    return method(prediction, "Local SGD").wall_clock_s.mean;
  };
  CHECK(wall_s(1, 196) == doctest::Approx(19.5).epsilon(1e-9));
  CHECK(wall_s(2, 196) == doctest::Approx(19.5 * 2 / 1.83).epsilon(1e-9));
  CHECK(wall_s(8, 196) == doctest::Approx(19.5 * 8 / 1.83).epsilon(1e-9));
  // One blocking all-reduce, of less than was measured over eight.
  CHECK(wall_s(8, 195) == doctest::Approx(19.5 * 8 / 1.83 + 1.5e-3 + 2e-6).epsilon(1e-9));
}

TEST_CASE("steps set on the command line take the place of the file's epochs, and the reverse") {
  CHECK(load_experiment("resnet50_imagenet_l40s", {"steps=10"}).runs.front().steps == 10);
  const std::string short_file = std::string(PALSIM_ROOT) + "/tests/experiments/short.toml";
  CHECK(load_experiment(short_file, {"epochs=2", "samples=960"}).runs.front().steps == 2 * 10);
}

TEST_CASE(
    "the tensors of a custom layer are ready one by one, as those of the layers it stands for") {
  const auto ddp = [](const std::string& model) {
    return predicted("resnet50_imagenet_l40s",
                     {"model=" + std::string(PALSIM_ROOT) + "/tests/experiments/" + model,
                      "steps=1", "seeds=1", "compute.jitter=0", "micro_batches=1"})
        .front()
        .methods.front();
  };
  const MethodPrediction one = ddp("custom_in_one.toml");
  const MethodPrediction many = ddp("custom_in_many.toml");
  CHECK(one.mean.communication_s > 0);
  CHECK(one.wall_clock_s.mean == doctest::Approx(many.wall_clock_s.mean).epsilon(0.01));
}

// Public measurements on one GPU: Oneflow-Inc/DLPerf (NGC PyTorch) and the GPT-2 rates of the T4's
// file.
TEST_CASE("a step on one GPU takes about what was measured there") {
  const auto step_s = [](const std::vector<std::string>& overrides) {
    return predicted("resnet50_imagenet_l40s",
                     with({"workers=1", "steps=1", "seeds=1", "micro_batches=1"}, overrides))
        .front()
        .gradient_step.in_seconds();
  };
  const double resnet = step_s({"cluster=v100_nvlink_x8", "batch_per_worker=128"});
  CHECK(128 / 367.29 / resnet == doctest::Approx(1).epsilon(0.10));
  const auto gpt2 = [&](const char* batch) {
    return step_s({"cluster=t4_pcie_x4", "model=gpt2_medium", "optimizer=adamw", batch});
  };
  CHECK(8 * 256 / gpt2("batch_per_worker=8") == doctest::Approx(1561).epsilon(0.01));
  CHECK(4 * 256 / gpt2("batch_per_worker=4") == doctest::Approx(1399).epsilon(0.08));
}

TEST_CASE("the time to load data comes on top of each step, whatever the method") {
  const auto wall_clocks_ns = [](const std::string& data_time) {
    std::vector<long long> ns;
    const std::vector<Prediction> predictions =
        predicted("small_cnn_cifar10", {"workers=4", "steps=100", "seeds=1", "compute.jitter=0",
                                        "compute.data_time=" + data_time});
    for (const MethodPrediction& each : predictions.front().methods) {
      ns.push_back(std::llround(each.wall_clock_s.mean * 1e9));
    }
    return ns;
  };
  std::vector<long long> expected = wall_clocks_ns("0s");
  CHECK(expected.size() == 5);
  for (long long& ns : expected) ns += 100 * 7000;
  CHECK(wall_clocks_ns("7us") == expected);
}

TEST_CASE("gradients in bf16 are half the bytes that DDP sends") {
  const std::vector<std::string> bare{"steps=10", "seeds=1", "method.ddp.broadcast_buffers=false"};
  const auto bytes_sent = [&](const std::string& type) {
    const auto prediction =
        predicted("resnet50_imagenet_l40s", with(bare, {"method.ddp.gradient_dtype=" + type}));
    return method(prediction.front(), "DDP").mean.bytes_sent;
  };
  // 2 (K - 1) / K of all gradients in each step, K = 4.
  CHECK(bytes_sent("fp32") == 10 * 1.5 * 4 * 25'557'032);
  CHECK(bytes_sent("bf16") == 10 * 1.5 * 2 * 25'557'032);
}
