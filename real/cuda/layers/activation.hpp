// Activations and sums and products of signals on a GPU, element by element.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

void activation_forward(const Context& context, ActivationKind kind, std::int64_t count,
                        const float* x, float* y);
void activation_backward(const Context& context, ActivationKind kind, std::int64_t count,
                         const float* x, const float* y, const float* dy, float* dx);

void add(const Context& context, std::int64_t count, const float* x, const float* y, float* z);
void multiply(const Context& context, std::int64_t count, const float* x, const float* y, float* z);

}  // namespace palsim::cuda
