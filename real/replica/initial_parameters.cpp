#include "real/replica/initial_parameters.hpp"

#include <algorithm>
#include <cmath>

#include "real/replica/trainable.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

struct Owner {
  const GraphNode* node = nullptr;
  bool bias = false;
};

Owner owner_of(const ModelGraph& graph, std::size_t tensor) {
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const std::vector<std::size_t>& own = graph.model.layers[i].parameters;
    const auto found = std::find(own.begin(), own.end(), tensor);
    if (found == own.end()) continue;
    const auto* linear = std::get_if<layer::Linear>(&graph.nodes[i].operation);
    const bool weightless = linear != nullptr && !linear->tied.empty();
    return {&graph.nodes[i], weightless || found != own.begin()};
  }
  throw InternalError("a tensor that no layer has");
}

// Of the products that make one output.
std::int64_t fan_in(const GraphNode& node) {
  if (const auto* convolution = std::get_if<layer::Conv2d>(&node.operation)) {
    return node.input.front() * convolution->kernel * convolution->kernel;
  }
  return node.input.back();
}

}  // namespace

template <class T>
std::vector<T> initial_tensor(const ModelGraph& graph, std::size_t tensor, Seed seed) {
  std::vector<T> values(static_cast<std::size_t>(graph.model.tensors[tensor].numel()));
  const Owner owner = owner_of(graph, tensor);
  RandomStream random(seed, Purpose::parameters, tensor);
  if (std::holds_alternative<layer::Normalization>(owner.node->operation)) {
    std::fill(values.begin(), values.end(), owner.bias ? T(0) : T(1));
  } else if (!is_token_model(graph)) {
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in(*owner.node)));
    for (T& value : values) value = static_cast<T>(bound * (2 * random.uniform() - 1));
  } else if (!owner.bias) {
    for (T& value : values) value = static_cast<T>(0.02 * random.normal());
  }
  return values;
}

template <class T>
std::vector<T> initial_buffers(const ModelGraph& graph, const MemoryPlan& plan) {
  std::vector<T> values(static_cast<std::size_t>(plan.buffers), T(0));
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const auto* norm = std::get_if<layer::Normalization>(&graph.nodes[i].operation);
    if (norm == nullptr || norm->norm != layer::Norm::batch) continue;
    const std::int64_t channels = graph.nodes[i].input.front();
    std::fill_n(values.begin() + plan.nodes[i].buffer + channels, channels, T(1));
  }
  return values;
}

template std::vector<float> initial_tensor(const ModelGraph&, std::size_t, Seed);
template std::vector<double> initial_tensor(const ModelGraph&, std::size_t, Seed);
template std::vector<float> initial_buffers(const ModelGraph&, const MemoryPlan&);
template std::vector<double> initial_buffers(const ModelGraph&, const MemoryPlan&);

}  // namespace palsim
