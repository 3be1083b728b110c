// Whole training steps as a worker takes them, by the host's clock: the batch goes to the GPU,
// gradients are zeroed, forward, backward, the loss comes back, the optimizer, and the GPU is
// waited for. Beside each stands how long the host took to ask for its work: where that is near the
// step's time the GPU waits for the host, and a CUDA graph, which asks for all at once, could save
// at most this share; where it is far below, the GPU is never short of work.
#include <fmt/format.h>

#include <chrono>
#include <random>
#include <vector>

#include "experiments/command/data_folders.hpp"
#include "models/loader.hpp"
#include "real/cuda/cuda_device.hpp"
#include "real/device/buffer.hpp"
#include "real/replica/replica.hpp"
#include "sim/core/statistics.hpp"
#include "tests/bench/cuda/blocks.hpp"

namespace palsim::cuda {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

enum class Optimizer { adamw, momentum_sgd };

struct Training {
  const char* model;
  Shape input;  // instead of the file's
  std::int64_t samples;
  Optimizer optimizer;
  const char* unit;    // what the rate counts
  std::int64_t units;  // of a step
};

ModelGraph graph_of(const Training& training) {
  ModelSpec spec = read_model_spec(
      load_document((data_home() / "models" / (std::string(training.model) + ".toml")).string()));
  spec.input = training.input;
  return unroll_graph(spec);
}

std::vector<std::int32_t> random_integers(std::mt19937& engine, std::int64_t count,
                                          std::int64_t limit) {
  std::uniform_int_distribution<std::int32_t> uniform(0, static_cast<std::int32_t>(limit - 1));
  std::vector<std::int32_t> values(static_cast<std::size_t>(count));
  for (std::int32_t& value : values) value = uniform(engine);
  return values;
}

Batch random_batch(const ModelGraph& graph, std::int64_t samples) {
  std::mt19937 engine(3);
  Batch batch{.samples = samples};
  std::int64_t classes = 0;
  for (const GraphNode& node : graph.nodes) {
    if (const auto* embedding = std::get_if<layer::Embedding>(&node.operation)) {
      batch.tokens =
          random_integers(engine, samples * numel(graph.model.input), embedding->vocabulary);
    }
    if (std::holds_alternative<layer::CrossEntropy>(node.operation)) classes = node.input.back();
  }
  if (batch.tokens.empty()) {
    std::normal_distribution<float> normal;
    batch.images.resize(static_cast<std::size_t>(samples * numel(graph.model.input)));
    for (float& value : batch.images) value = normal(engine);
  }
  const std::int64_t targets =
      batch.tokens.empty() ? samples : static_cast<std::int64_t>(batch.tokens.size());
  batch.targets = random_integers(engine, targets, classes);
  return batch;
}

class Worker {
 public:
  Worker(const Training& training, const ModelGraph& graph, MatrixPrecision precision)
      : optimizer_(training.optimizer),
        device_(cuda_device(0, {.precision = precision})),
        replica_(graph, training.samples, *device_, 1),
        batch_(random_batch(graph, training.samples)),
        m_(*device_, replica_.parameter_count()),
        v_(*device_, optimizer_ == Optimizer::adamw ? replica_.parameter_count() : 0) {
    device_->fill(m_.count(), 0, m_.data());
    device_->fill(v_.count(), 0, v_.data());
  }

  StepTime step() {
    const double scale = 1 / static_cast<double>(batch_.targets.size());
    const auto begin = Clock::now();
    device_->fill(replica_.parameter_count(), 0, replica_.gradients());
    // Told of the first layer's gradients when all has been asked for but the loss.
    double asking_s = 0;
    replica_.accumulate_gradient(batch_, scale,
                                 [&](std::size_t) { asking_s = seconds_since(begin); });
    const auto end_of_gradient = Clock::now();
    update();
    asking_s += seconds_since(end_of_gradient);
    device_->synchronize();
    return {.step_s = seconds_since(begin), .asking_s = asking_s};
  }

  double copy_batch() {
    const std::size_t bytes = batch_.images.empty() ? batch_.tokens.size() * sizeof(std::int32_t)
                                                    : batch_.images.size() * sizeof(float);
    const void* const from = batch_.images.empty() ? static_cast<const void*>(batch_.tokens.data())
                                                   : batch_.images.data();
    Buffer<std::byte, Device<float>> to(*device_, static_cast<std::int64_t>(bytes));
    device_->synchronize();
    const auto begin = Clock::now();
    device_->upload(bytes, from, to.data());
    device_->synchronize();
    return seconds_since(begin);
  }

 private:
  void update() {
    ++steps_;
    const std::int64_t count = replica_.parameter_count();
    if (optimizer_ == Optimizer::adamw) {
      device_->adamw(count, {.learning_rate = 1e-4, .weight_decay = 0.01, .step = steps_}, 1,
                     replica_.gradients(), m_.data(), v_.data(), replica_.parameters());
    } else {
      device_->sgd(count, {.learning_rate = 1e-3, .momentum = 0.9, .weight_decay = 1e-4}, 1,
                   replica_.gradients(), m_.data(), replica_.parameters());
    }
  }

  Optimizer optimizer_;
  std::unique_ptr<Device<float>> device_;
  Replica<float> replica_;
  Batch batch_;
  Buffer<float, Device<float>> m_;
  Buffer<float, Device<float>> v_;
  std::int64_t steps_ = 0;
};

StepTime median_step(Worker& worker, Sizes sizes) {
  const int warm_up = sizes == Sizes::tiny ? 1 : 3;
  for (int i = 0; i < warm_up; ++i) worker.step();
  const double roughly_s = worker.step().step_s;
  const int steps = sizes == Sizes::tiny
                        ? 1
                        : static_cast<int>(std::clamp(1.5 / std::max(roughly_s, 1e-6), 7.0, 501.0));
  std::vector<double> step_s;
  std::vector<double> asking_s;
  for (int i = 0; i < steps; ++i) {
    const StepTime time = worker.step();
    step_s.push_back(time.step_s);
    asking_s.push_back(time.asking_s);
  }
  std::vector<double> batch_s;
  for (int i = 0; i < 7; ++i) batch_s.push_back(worker.copy_batch());
  return {.step_s = median(step_s), .batch_s = median(batch_s), .asking_s = median(asking_s)};
}

std::vector<Training> trainings(Sizes sizes) {
  const Training small_cnn{"small_cnn", {3, 32, 32}, 64, Optimizer::momentum_sgd, "steps", 1};
  if (sizes == Sizes::full) {
    return {{"gptneo_125m", {512}, 8, Optimizer::adamw, "tokens", 8 * 512},
            {"resnet50", {3, 224, 224}, 64, Optimizer::momentum_sgd, "images", 64},
            small_cnn};
  }
  return {{"gptneo_8m", {4}, 1, Optimizer::adamw, "tokens", 4},
          {"small_cnn", {3, 32, 32}, 2, Optimizer::momentum_sgd, "steps", 1}};
}

}  // namespace

void step_figures(Sizes sizes, Report& report) {
  report.begin_block("steps",
                     "batch x input; the step, the copy of its batch, asking for the rest");
  for (const Training& training : trainings(sizes)) {
    const ModelGraph graph = graph_of(training);
    for (const MatrixPrecision precision :
         {MatrixPrecision::fp32, MatrixPrecision::tf32, MatrixPrecision::bf16}) {
      // cuDNN's convolutions of floats know no bf16.
      if (training.unit != std::string_view("tokens") && precision == MatrixPrecision::bf16) {
        continue;
      }
      Worker worker(training, graph, precision);
      report.stepped(fmt::format("{}, {} x {}, {}", training.model, training.samples,
                                 to_string(training.input), name_of(precision)),
                     static_cast<double>(training.units), training.unit,
                     median_step(worker, sizes));
    }
  }
}

}  // namespace palsim::cuda
