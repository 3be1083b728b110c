// As batch_norm.hpp, by own kernels. Sums run in double; forward reads x twice, backward x and dy
// twice, and each writes its result once.
#pragma once

#include "real/cuda/context.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

void own_batch_norm_forward(const Context& context, const BatchNormShape& shape, Training training,
                            const float* x, const float* weight, const float* bias, float* running,
                            float* saved, float* y);
void own_batch_norm_backward(const Context& context, const BatchNormShape& shape, const float* x,
                             const float* weight, const float* saved, const float* dy, float* dx,
                             float* dweight, float* dbias);

}  // namespace palsim::cuda
