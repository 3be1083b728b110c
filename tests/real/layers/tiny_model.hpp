// Models written in a test, with random parameters and data, to be trained on some device.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <utility>
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

// A model of models/ with fewer tokens or smaller images, and what else is overridden; the layers
// are the same.
inline ModelGraph shortened(const std::string& name, const std::string& input,
                            const std::string& override_text = "") {
  Value document = load_document(std::string(PALSIM_ROOT "/models/") + name + ".toml");
  override_value(document, "input=" + input);
  if (!override_text.empty()) override_value(document, override_text);
  return unroll_graph(read_model_spec(document));
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
  Trainee(const ModelGraph& graph, std::int64_t samples, Seed seed,
          std::unique_ptr<Device<T>> on = cpu_device<T>())
      : device(std::move(on)), replica(graph, samples, *device, seed) {}

  void randomize(Seed seed) {
    RandomStream random(seed, Purpose::parameters, 1'000'000);
    std::vector<T> drawn(static_cast<std::size_t>(replica.parameter_count()));
    for (T& x : drawn) x = static_cast<T>(0.5 * random.normal());
    device->upload(drawn.size() * sizeof(T), drawn.data(), replica.parameters());
    device->synchronize();  // before what was drawn is gone
  }
  std::vector<T> gradients() {
    std::vector<T> found(static_cast<std::size_t>(replica.parameter_count()));
    device->download(found.size() * sizeof(T), replica.gradients(), found.data());
    return found;
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
