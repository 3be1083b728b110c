// One layer's forward and backward pass on a device, with operands where the memory plan has them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/graph.hpp"
#include "real/device/device.hpp"
#include "real/replica/memory_plan.hpp"

namespace palsim {

// A micro-batch on its way. Pointers are to the device's memory.
template <class T>
struct Pass {
  const ModelGraph& graph;
  const MemoryPlan& plan;
  Device<T>& device;
  const T* parameters = nullptr;
  T* gradients = nullptr;
  T* buffers = nullptr;
  T* numbers = nullptr;
  std::int32_t* places = nullptr;
  const std::int32_t* tokens = nullptr;
  const std::int32_t* targets = nullptr;
  std::int64_t samples = 0;
  Training training = Training::yes;
  double scale = 1;
};

template <class T>
void forward(Pass<T>& pass, std::size_t node);
// Of nodes in reverse order, after all forward passes.
template <class T>
void backward(Pass<T>& pass, std::size_t node);

}  // namespace palsim
