#include "real/replica/memory_plan.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "real/replica/arena.hpp"
#include "real/replica/node_shape.hpp"
#include "real/replica/trainable.hpp"

namespace palsim {
namespace {

using namespace layer;

// Every stretch begins at a multiple of 64 bytes.
constexpr std::int64_t alignment = 16;

template <class T>
class Planner {
 public:
  Planner(const ModelGraph& graph, std::int64_t samples, const Device<T>& device)
      : graph_(graph), device_(device) {
    plan_.samples = samples;
    plan_.nodes.resize(graph.nodes.size());
  }

  MemoryPlan run() {
    place_parameters();
    place_buffers();
    place_activations();
    place_gradients();
    return std::move(plan_);
  }

 private:
  static constexpr std::int64_t scalar_bytes = sizeof(T);

  const Layer& layer(std::size_t node) const { return graph_.model.layers[node]; }

  void place_parameters() {
    std::map<std::string, std::int64_t> places;
    for (const Tensor& tensor : graph_.model.tensors) {
      plan_.tensors.push_back(plan_.parameters);
      places[tensor.name] = plan_.parameters;
      plan_.parameters += tensor.numel();
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      std::vector<std::int64_t> own;
      for (const std::size_t tensor : layer(i).parameters) own.push_back(plan_.tensors[tensor]);
      const auto* linear = std::get_if<Linear>(&graph_.nodes[i].operation);
      if (linear != nullptr && !linear->tied.empty()) {
        own.insert(own.begin(), places.at(linear->tied + ".weight"));
      }
      if (!own.empty()) plan_.nodes[i].weight = own[0];
      if (own.size() > 1) plan_.nodes[i].bias = own[1];
    }
  }

  // In numbers, of which batch norm needs two a channel, however many bytes they take.
  void place_buffers() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      plan_.nodes[i].buffer = plan_.buffers;
      const std::int64_t numbers = (layer(i).buffers.count() + scalar_bytes - 1) / scalar_bytes;
      plan_.buffers += std::max(numbers, running_statistics(graph_.nodes[i]));
    }
  }

  static std::int64_t running_statistics(const GraphNode& node) {
    const auto* norm = std::get_if<Normalization>(&node.operation);
    return norm != nullptr && norm->norm == Norm::batch ? 2 * node.input.front() : 0;
  }

  // So many numbers for all samples, rounded up. Bytes never wrap.
  std::int64_t stretch(std::int64_t per_sample) const {
    const Bytes count = Bytes(per_sample) * plan_.samples + Bytes(alignment - 1);
    return count.count() / alignment * alignment;
  }

  std::int64_t append(std::int64_t& end, std::int64_t count) {
    return std::exchange(end, (Bytes(end) + Bytes(count)).count());
  }

  void place_activations() {
    for (const Shape& signal : graph_.signals) {
      plan_.signals.push_back(append(plan_.numbers, stretch(numel(signal))));
    }
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const GraphNode& node = graph_.nodes[i];
      plan_.nodes[i].saved = append(plan_.numbers, saved(node));
      const auto* pool = std::get_if<Pool>(&node.operation);
      if (pool != nullptr && pool->pooling == Pooling::max) {
        plan_.nodes[i].places = append(plan_.places, stretch(numel(layer(i).output)));
      }
      if (std::holds_alternative<CrossEntropy>(node.operation)) {
        plan_.targets = stretch(rows_of(node, 1).rows);
      }
    }
    if (is_token_model(graph_)) plan_.tokens = stretch(numel(graph_.model.input));
  }

  std::int64_t saved(const GraphNode& node) const {
    if (const auto* attention = std::get_if<Attention>(&node.operation)) {
      return stretch(device_.attention_saved(shape_of(*attention, node, 1)));
    }
    const auto* norm = std::get_if<Normalization>(&node.operation);
    if (norm == nullptr) return 0;
    const std::int64_t pairs =
        norm->norm == Norm::batch ? node.input.front() : stretch(rows_of(node, 1).rows);
    return (2 * pairs + alignment - 1) / alignment * alignment;
  }

  // Walks the backward pass.
  void place_gradients() {
    const std::vector<bool> wanted = signals_with_parameters_before();
    gradients_.resize(graph_.signals.size());
    const std::int64_t base = plan_.numbers;
    base_ = base;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;) {
      const GraphNode& node = graph_.nodes[i];
      NodePlan& plan = plan_.nodes[i];
      plan.input_gradients.resize(node.inputs.size());
      if (std::holds_alternative<Buffer>(node.operation)) continue;
      if (std::holds_alternative<CrossEntropy>(node.operation)) {
        plan.input_gradients[0] = logits_gradient(node);
        continue;
      }
      std::optional<Gradient>& output = gradients_[node.output];
      if (!output) continue;
      plan.output_gradient = output->at;
      std::vector<std::int64_t> temporary;
      for (std::size_t k = node.inputs.size(); k-- > 0;) {
        if (!wanted[node.inputs[k]]) continue;
        plan.input_gradients[k] = input_gradient(node, k, *output, temporary);
      }
      for (const std::int64_t at : temporary) arena_.give_back(at - base);
      if (output->in_arena) arena_.give_back(output->at - base);
    }
    append(plan_.numbers, arena_.size());
  }

  // Only they need a gradient.
  std::vector<bool> signals_with_parameters_before() const {
    std::vector<bool> found(graph_.signals.size(), false);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const GraphNode& node = graph_.nodes[i];
      if (!layer(i).parameters.empty()) found[node.output] = true;
      for (const std::size_t input : node.inputs) {
        if (found[input]) found[node.output] = true;
      }
    }
    return found;
  }

  // The loss turns logits into their gradient where they stand, if nobody else wants to see them.
  InputGradient logits_gradient(const GraphNode& loss) {
    const std::size_t logits = loss.inputs[0];
    std::int64_t readers = 0;
    bool from_linear = false;
    for (const GraphNode& node : graph_.nodes) {
      if (std::holds_alternative<Buffer>(node.operation)) continue;
      readers += std::count(node.inputs.begin(), node.inputs.end(), logits);
      if (node.output == logits) from_linear = std::holds_alternative<Linear>(node.operation);
    }
    Gradient& gradient = gradients_[logits].emplace();
    gradient.in_arena = readers > 1 || !from_linear;
    gradient.at = gradient.in_arena ? take(logits) : plan_.signals[logits];
    return {Contribution::first, gradient.at, 0};
  }

  struct Gradient {
    std::int64_t at = 0;
    bool in_arena = true;
  };

  InputGradient input_gradient(const GraphNode& node, std::size_t k, Gradient& output,
                               std::vector<std::int64_t>& temporary) {
    const std::size_t signal = node.inputs[k];
    std::optional<Gradient>& gradient = gradients_[signal];
    if (!gradient && k == 0 && output.in_arena && works_in_place(node)) {
      output.in_arena = false;  // it is the input's from now on
      gradient = Gradient{output.at, true};
      return {Contribution::passed_on, output.at, 0};
    }
    if (!gradient) {
      gradient = Gradient{take(signal), true};
      return {Contribution::first, gradient->at, 0};
    }
    InputGradient further{Contribution::further, gradient->at, 0};
    if (!adds_alone(node)) {
      further.before_adding = take(signal);
      temporary.push_back(further.before_adding);
    }
    return further;
  }

  // The output's gradient may become the first input's in its place.
  static bool works_in_place(const GraphNode& node) {
    return std::holds_alternative<Activation>(node.operation) ||
           std::holds_alternative<Merge>(node.operation) || adds_alone(node);
  }

  // An input's gradient is the output's.
  static bool adds_alone(const GraphNode& node) {
    const auto* merge = std::get_if<Merge>(&node.operation);
    return std::holds_alternative<AddedEmbedding>(node.operation) ||
           (merge != nullptr && *merge == Merge::sum);
  }

  std::int64_t take(std::size_t signal) {
    return base_ + arena_.take(stretch(numel(graph_.signals[signal])));
  }

  const ModelGraph& graph_;
  const Device<T>& device_;
  MemoryPlan plan_;
  std::int64_t base_ = 0;  // of the arena in the numbers
  Arena arena_;
  std::vector<std::optional<Gradient>> gradients_;  // of signals
};

}  // namespace

Bytes MemoryPlan::bytes(std::size_t scalar_bytes) const {
  const Bytes numbers_in_all = 2 * Bytes(parameters) + Bytes(buffers) + Bytes(numbers);
  return numbers_in_all * static_cast<std::int64_t>(scalar_bytes) +
         Bytes(places + tokens + targets) * std::int64_t{sizeof(std::int32_t)};
}

template <class T>
MemoryPlan plan_memory(const ModelGraph& graph, std::int64_t samples, const Device<T>& device) {
  return Planner<T>(graph, samples, device).run();
}

template MemoryPlan plan_memory(const ModelGraph&, std::int64_t, const Device<float>&);
template MemoryPlan plan_memory(const ModelGraph&, std::int64_t, const Device<double>&);

}  // namespace palsim
