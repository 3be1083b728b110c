// Batch normalization, as in real/cpu/batch_norm.hpp: by the context's image library, cuDNN, or by
// own kernels where it has none and for what the library does not take. What one way kept in
// `saved`, the other reads.
#pragma once

#include "real/cuda/context.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

// `running` and `saved`: see LayerKernels. `saved` is written in training only.
void batch_norm_forward(const Context& context, const BatchNormShape& shape, Training training,
                        const float* x, const float* weight, const float* bias, float* running,
                        float* saved, float* y);

// Of a forward pass in training. Overwrites dx, unless it is null; adds to dweight and dbias.
void batch_norm_backward(const Context& context, const BatchNormShape& shape, const float* x,
                         const float* weight, const float* saved, const float* dy, float* dx,
                         float* dweight, float* dbias);

}  // namespace palsim::cuda
