// Short training runs of small models on threads, and what they left behind.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "real/backend/worker_team.hpp"
#include "real/data/generated_images.hpp"
#include "real/training/real_worker.hpp"
#include "tests/real/layers/tiny_model.hpp"
#include "tests/real/training/backend_under_test.hpp"
#include "tests/support/method_text.hpp"

namespace palsim {

using Vector = std::vector<float>;

// Four tensors, batch norm's running statistics, and a second bucket were its limit lower.
inline const std::string small_layers =
    "{type = 'conv2d', name = 'conv', out_channels = 4, kernel = 3}, {type = 'batch_norm'}, "
    "{type = 'relu'}, {type = 'flatten'}, {type = 'linear', name = 'head', out_features = 3}, "
    "{type = 'cross_entropy'}";
// Without statistics of a batch: a sample's gradient is its own.
inline const std::string plain_layers =
    "{type = 'flatten'}, {type = 'linear', name = 'hidden', out_features = 9}, {type = 'relu'}, "
    "{type = 'linear', name = 'head', out_features = 3}, {type = 'cross_entropy'}";

struct ShortRun {
  std::string method = "name = 'ddp'";
  std::string layers = small_layers;
  InnerSettings inner{.learning_rate = {.base = 0.05}};
  Step steps = 12;
  Rank workers = 2;
  std::int64_t batch_per_worker = 4;
  std::int64_t micro_batches = 1;
  Seed seed = 7;
  std::unique_ptr<Backend> (*backend)() = backend_under_test;
};

// A run's method, model and data, which its setting refers to.
struct ShortRunParts {
  explicit ShortRunParts(const ShortRun& run)
      : ShortRunParts(run, graph_of("2x6x6", run.layers),
                      generate_images({.seed = 3, .samples = 60}, {2, 6, 6}, 3, 1)) {}
  // Of another model and its data; the run's layers do not count.
  ShortRunParts(const ShortRun& run, ModelGraph of, std::unique_ptr<DataSet> samples)
      : method(method_of(run.method, run.steps)),
        graph(std::move(of)),
        data(std::move(samples)),
        setting{.method = method,
                .data = *data,
                .inner = run.inner,
                .steps = run.steps,
                .batch_per_worker = run.batch_per_worker,
                .micro_batches = run.micro_batches,
                .seed = run.seed},
        backend(run.backend()) {
    setting.inner.learning_rate.steps = run.steps;
  }
  ShortRunParts(const ShortRunParts&) = delete;
  ShortRunParts& operator=(const ShortRunParts&) = delete;

  Method method;
  ModelGraph graph;
  std::unique_ptr<DataSet> data;
  TrainingSetting setting;
  std::unique_ptr<Backend> backend;
};

// What one worker ended with.
struct Trained {
  std::vector<Vector> state;  // as state_of
  WorkerProgress progress;
  std::vector<StepRecord> records;

  const Vector& parameters() const { return state[0]; }
  const Vector& buffers() const { return state[1]; }
};

// Vectors in the device's memory.
inline std::vector<Vector> copy_of(const std::vector<std::span<float>>& state,
                                   Device<float>& device) {
  std::vector<Vector> copies;
  for (const std::span<float>& vector : state) {
    Vector& copy = copies.emplace_back(vector.size());
    if (!copy.empty()) device.download(vector.size_bytes(), vector.data(), copy.data());
  }
  return copies;
}

// By rank.
inline std::vector<Trained> train(const ShortRunParts& parts, Rank workers) {
  const TrainingSetting& setting = parts.setting;
  std::vector<Trained> ends(static_cast<std::size_t>(workers));
  run_workers(*parts.backend, workers, [&](Group& group, Device<float>& device) {
    Replica<float> replica(parts.graph, setting.batch_per_worker / setting.micro_batches, device,
                           setting.seed);
    RealWorker worker(setting, parts.graph, group, device, replica, {});
    worker.run();
    ends[static_cast<std::size_t>(group.rank())] = {copy_of(worker.state(), device),
                                                    worker.progress(), worker.take_records()};
  });
  return ends;
}

inline std::vector<Trained> train(const ShortRun& run) {
  return train(ShortRunParts(run), run.workers);
}

// The largest difference; a NaN counts as infinitely far.
inline double distance(const Vector& a, const Vector& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(difference <= largest)) {
      largest = std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
    }
  }
  return largest;
}

}  // namespace palsim
