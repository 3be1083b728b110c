// One worker's copy of a model, ready to train: its layers' parameters, gradients and buffers, each
// a flat vector in the order of Model::tensors (Model::layers for buffers), and the activations of
// one micro-batch, all allocated once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "models/graph.hpp"
#include "real/data/data_set.hpp"
#include "real/device/device.hpp"
#include "sim/core/random.hpp"

namespace palsim {

// Bytes that a replica of this graph allocates on such a device. Throws InputError at a layer that
// cannot be trained, such as a custom one.
template <class T>
Bytes replica_memory(const ModelGraph& graph, std::int64_t samples, const Device<T>& device);

// T: float or double.
template <class T>
class Replica {
 public:
  // For micro-batches of `samples` (at most). Parameters are drawn as torch does by default (linear
  // and convolution: uniform, 1 / sqrt(fan in); embeddings and token models' linears: normal, 0.02)
  // from the seed alone: all workers of a run begin alike. The graph outlives the replica. Throws
  // InputError at a layer that cannot be trained.
  Replica(const ModelGraph& graph, std::int64_t samples, Device<T>& device, Seed seed);
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  std::int64_t parameter_count() const;
  T* parameters();
  T* gradients();
  // What DDP broadcasts: batch norm's running statistics, masks; Model::buffers() bytes, each
  // layer's share rounded up to whole numbers (of a double, batch norm's are twice as long).
  std::int64_t buffer_count() const;
  T* buffers();

  // Told of each parameter tensor (an index into Model::tensors) when its gradient of this
  // micro-batch is complete on the device.
  using Ready = std::function<void(std::size_t tensor)>;

  // Forward and backward of one micro-batch; adds the gradient of `scale` times its summed loss
  // (they begin as zeros). Throws InputError at a token or target that the model does not know.
  LossSum accumulate_gradient(const Batch& batch, double scale, const Ready& ready = {});
  // Forward alone, with the running statistics.
  LossSum evaluate(const Batch& batch);

  // The first layer, in forward order, whose output in the last forward pass is not finite; empty
  // if there is none.
  std::string first_not_finite();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace palsim
