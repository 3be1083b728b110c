#include "real/replica/replica.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "real/device/buffer.hpp"
#include "real/replica/initial_parameters.hpp"
#include "real/replica/layer_pass.hpp"
#include "real/replica/memory_plan.hpp"
#include "real/replica/trainable.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

template <class T>
MemoryPlan plan_training(const ModelGraph& graph, std::int64_t samples, const Device<T>& device) {
  require_trainable(graph);
  return plan_memory(graph, samples, device);
}

void require_below(const std::vector<std::int32_t>& values, std::int64_t limit, const char* what) {
  for (const std::int32_t value : values) {
    require<InputError>(value >= 0 && value < limit,
                        "the data hold a {} {}, but the model knows 0 to {}; write data or a model "
                        "that fit each other",
                        what, value, limit - 1);
  }
}

}  // namespace

template <class T>
Bytes replica_memory(const ModelGraph& graph, std::int64_t samples, const Device<T>& device) {
  return plan_training(graph, samples, device).bytes(sizeof(T));
}

template <class T>
struct Replica<T>::Impl {
  template <class Element>
  using Memory = Buffer<Element, Device<T>>;

  const ModelGraph& graph;
  Device<T>& device;
  MemoryPlan plan;
  std::int64_t vocabulary = 0;
  std::int64_t classes = 0;
  Memory<T> parameters;
  Memory<T> gradients;
  Memory<T> buffers;
  Memory<T> numbers;
  Memory<std::int32_t> places;
  Memory<std::int32_t> tokens;
  Memory<std::int32_t> targets;
  std::vector<T> converted;  // images, where they are not of type T
  std::int64_t last_samples = 0;

  Impl(const ModelGraph& of, std::int64_t samples, Device<T>& on, Seed seed)
      : graph(of),
        device(on),
        plan(plan_training(of, samples, on)),
        parameters(on, plan.parameters),
        gradients(on, plan.parameters),
        buffers(on, plan.buffers),
        numbers(on, plan.numbers),
        places(on, plan.places),
        tokens(on, plan.tokens),
        targets(on, plan.targets) {
    for (const GraphNode& node : graph.nodes) {
      if (const auto* embedding = std::get_if<layer::Embedding>(&node.operation)) {
        vocabulary = embedding->vocabulary;
      }
      if (std::holds_alternative<layer::CrossEntropy>(node.operation)) classes = node.input.back();
    }
    for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
      upload(initial_tensor<T>(graph, i, seed), parameters.data() + plan.tensors[i]);
    }
    upload(initial_buffers<T>(graph, plan), buffers.data());
    device.fill(gradients.count(), T(0), gradients.data());
  }

  template <class Element>
  void upload(const std::vector<Element>& values, Element* to) {
    device.upload(values.size() * sizeof(Element), values.data(), to);
  }

  void upload_batch(const Batch& batch) {
    const std::int64_t samples = batch.samples;
    require(samples > 0 && samples <= plan.samples, "a replica for {} samples was given {}",
            plan.samples, samples);
    const auto count = static_cast<std::size_t>(samples * numel(graph.model.input));
    const auto rows =
        static_cast<std::size_t>(vocabulary > 0 ? samples * graph.model.input.front() : samples);
    const std::size_t given = vocabulary > 0 ? batch.tokens.size() : batch.images.size();
    require(given == count && batch.targets.size() == rows,
            "{} inputs and {} targets were given for {} and {}", given, batch.targets.size(), count,
            rows);
    require_below(batch.targets, classes, "target");
    upload(batch.targets, targets.data());
    if (vocabulary > 0) {
      require_below(batch.tokens, vocabulary, "token");
      upload(batch.tokens, tokens.data());
    } else {
      T* input = numbers.data() + plan.signals[0];
      if constexpr (std::is_same_v<T, float>) {
        upload(batch.images, input);
      } else {
        converted.assign(batch.images.begin(), batch.images.end());
        upload(converted, input);
      }
    }
  }

  Pass<T> run_forward(const Batch& batch, Training training, double scale) {
    upload_batch(batch);
    Pass<T> pass{.graph = graph,
                 .plan = plan,
                 .device = device,
                 .parameters = parameters.data(),
                 .gradients = gradients.data(),
                 .buffers = buffers.data(),
                 .numbers = numbers.data(),
                 .places = places.data(),
                 .tokens = tokens.data(),
                 .targets = targets.data(),
                 .samples = batch.samples,
                 .training = training,
                 .scale = scale};
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) forward(pass, i);
    last_samples = batch.samples;
    return pass;
  }
};

template <class T>
Replica<T>::Replica(const ModelGraph& graph, std::int64_t samples, Device<T>& device, Seed seed)
    : impl_(std::make_unique<Impl>(graph, samples, device, seed)) {}

template <class T>
Replica<T>::~Replica() = default;

template <class T>
std::int64_t Replica<T>::parameter_count() const {
  return impl_->plan.parameters;
}
template <class T>
T* Replica<T>::parameters() {
  return impl_->parameters.data();
}
template <class T>
T* Replica<T>::gradients() {
  return impl_->gradients.data();
}
template <class T>
std::int64_t Replica<T>::buffer_count() const {
  return impl_->plan.buffers;
}
template <class T>
T* Replica<T>::buffers() {
  return impl_->buffers.data();
}

template <class T>
LossSum Replica<T>::accumulate_gradient(const Batch& batch, double scale, const Ready& ready) {
  Pass<T> pass = impl_->run_forward(batch, Training::yes, scale);
  for (std::size_t i = impl_->graph.nodes.size(); i-- > 0;) {
    backward(pass, i);
    if (!ready) continue;
    const std::vector<std::size_t>& complete = impl_->graph.model.layers[i].parameters;
    std::for_each(complete.rbegin(), complete.rend(), ready);
  }
  return impl_->device.loss();
}

template <class T>
LossSum Replica<T>::evaluate(const Batch& batch) {
  impl_->run_forward(batch, Training::no, 1);
  return impl_->device.loss();
}

template <class T>
std::string Replica<T>::first_not_finite() {
  const ModelGraph& graph = impl_->graph;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    if (std::holds_alternative<layer::Buffer>(node.operation)) continue;
    const std::int64_t count = impl_->last_samples * numel(graph.signals[node.output]);
    const double sum = std::holds_alternative<layer::CrossEntropy>(node.operation)
                           ? impl_->device.loss().loss
                           : impl_->device.squared_norm(
                                 count, impl_->numbers.data() + impl_->plan.signals[node.output]);
    if (!std::isfinite(sum)) return graph.model.layers[i].name;
  }
  return "";
}

template Bytes replica_memory(const ModelGraph&, std::int64_t, const Device<float>&);
template Bytes replica_memory(const ModelGraph&, std::int64_t, const Device<double>&);
template class Replica<float>;
template class Replica<double>;

}  // namespace palsim
