// Layer norm and RMS norm on a GPU: a warp or a block for each row.
#pragma once

#include "real/cuda/context.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

void row_norm_forward(const Context& context, const RowNormShape& shape, RowNorm norm,
                      const float* x, const float* weight, const float* bias, float* saved,
                      float* y);
void row_norm_backward(const Context& context, const RowNormShape& shape, RowNorm norm,
                       const float* x, const float* weight, const float* saved, const float* dy,
                       float* dx, float* dweight, float* dbias);

}  // namespace palsim::cuda
