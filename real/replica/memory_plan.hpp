// Where everything that a replica keeps lies: parameters and buffers in flat vectors, activations
// and gradients of a micro-batch in one stretch of numbers. Gradients of signals take turns in it:
// one lives from the backward pass of the signal's last reader to that of the layer that made it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/graph.hpp"
#include "real/device/device.hpp"

namespace palsim {

// What a layer's backward pass does for the gradient of one of its inputs.
enum class Contribution {
  none,      // nobody asks for it
  first,     // is written to its place
  further,   // is added to what later layers left there
  passed_on  // takes the place of the output's own gradient, which nobody reads any more
};

struct InputGradient {
  Contribution contribution = Contribution::none;
  std::int64_t at = 0;
  std::int64_t before_adding = 0;  // where a further contribution is computed first
};

struct NodePlan {
  std::optional<std::int64_t> weight;  // in the parameters; of a tied layer, its embedding's table
  std::optional<std::int64_t> bias;
  std::int64_t buffer = 0;
  std::int64_t saved = 0;                       // what the forward pass keeps for the backward pass
  std::int64_t places = 0;                      // of max pooling's maxima
  std::optional<std::int64_t> output_gradient;  // none where the output does not lead to the loss
  std::vector<InputGradient> input_gradients;
};

struct MemoryPlan {
  // Counts of numbers, for micro-batches of so many samples.
  std::int64_t samples = 0;
  std::int64_t parameters = 0;
  std::int64_t buffers = 0;
  std::int64_t numbers = 0;  // activations and gradients of signals
  // Counts of 32-bit integers.
  std::int64_t places = 0;
  std::int64_t tokens = 0;
  std::int64_t targets = 0;

  std::vector<std::int64_t> tensors;  // of the model, in the parameters
  std::vector<std::int64_t> signals;  // in the numbers
  std::vector<NodePlan> nodes;

  Bytes bytes(std::size_t scalar_bytes) const;
};

// Of a replica on such a device. Throws InputError for a model whose memory no machine can count.
// The graph is trainable.
template <class T>
MemoryPlan plan_memory(const ModelGraph& graph, std::int64_t samples, const Device<T>& device);

}  // namespace palsim
