// Models written in a test, with random parameters and data, to be trained on a CPU.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "models/graph.hpp"
#include "models/loader.hpp"
#include "real/cpu/cpu_device.hpp"
#include "real/replica/replica.hpp"
#include "real/replica/trainable.hpp"
#include "sim/core/random.hpp"

namespace palsim {

// `layers` are inline tables: {type = "relu"}, ...
inline ModelGraph graph_of(const std::string& input, const std::string& layers) {
  return unroll_graph(read_model_spec(parse_document(
      "name = \"m\"\ninput = \"" + input + "\"\nlayer = [" + layers + "]\n", "m.toml")));
}

inline ModelGraph named_graph(const std::string& name) {
  return unroll_graph(
      read_model_spec(load_document(std::string(PALSIM_ROOT "/models/") + name + ".toml")));
}

inline std::int32_t below(std::int64_t limit, RandomStream& random) {
  return static_cast<std::int32_t>(random.uniform() * static_cast<double>(limit));
}

// What the graph's input asks for, at random.
inline Batch random_batch(const ModelGraph& graph, std::int64_t samples, Seed seed) {
  RandomStream random(seed, Purpose::samples, 0);
  Batch batch;
  batch.samples = samples;
  const std::int64_t inputs = samples * numel(graph.model.input);
  std::int64_t rows = samples;
  if (is_token_model(graph)) {
    rows = inputs;
    const auto& embedding = std::get<layer::Embedding>(graph.nodes.front().operation);
    for (std::int64_t i = 0; i < inputs; ++i) {
      batch.tokens.push_back(below(embedding.vocabulary, random));
    }
  } else {
    for (std::int64_t i = 0; i < inputs; ++i) {
      batch.images.push_back(static_cast<float>(random.normal()));
    }
  }
  for (const GraphNode& node : graph.nodes) {
    if (!std::holds_alternative<layer::CrossEntropy>(node.operation)) continue;
    for (std::int64_t i = 0; i < rows; ++i) {
      batch.targets.push_back(below(node.input.back(), random));
    }
  }
  return batch;
}

// A replica with its device. Parameters are as large as what they meet, so that no gradient
// vanishes.
template <class T>
struct Trainee {
  Trainee(const ModelGraph& graph, std::int64_t samples, Seed seed)
      : device(cpu_device<T>()), replica(graph, samples, *device, seed) {}

  void randomize(Seed seed) {
    RandomStream random(seed, Purpose::parameters, 1'000'000);
    for (T* x = replica.parameters(); x != replica.parameters() + replica.parameter_count(); ++x) {
      *x = static_cast<T>(0.5 * random.normal());
    }
  }
  std::vector<T> gradients() {
    return {replica.gradients(), replica.gradients() + replica.parameter_count()};
  }
  void clear_gradients() { device->fill(replica.parameter_count(), T(0), replica.gradients()); }
  // Plain SGD on the mean loss; returns that.
  double step(const Batch& batch, double learning_rate) {
    clear_gradients();
    const double rows = static_cast<double>(batch.targets.size());
    const LossSum sum = replica.accumulate_gradient(batch, 1 / rows);
    device->sgd(replica.parameter_count(), {.learning_rate = learning_rate}, T(1),
                replica.gradients(), nullptr, replica.parameters());
    return sum.loss / rows;
  }

  std::unique_ptr<Device<T>> device;
  Replica<T> replica;
};

}  // namespace palsim
