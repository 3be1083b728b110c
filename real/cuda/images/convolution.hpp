// Convolution by the context's image library, cuDNN; by matrix products over patches where it has
// none, or for what the library does not take.
#pragma once

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

void convolution_forward(const Context& context, const ConvolutionShape& shape, const float* x,
                         const float* weight, const float* bias, float* y);
// Overwrites dx, unless it is null; adds to dweight, and to dbias unless it is null.
void convolution_backward(const Context& context, const ConvolutionShape& shape, const float* x,
                          const float* weight, const float* dy, float* dx, float* dweight,
                          float* dbias);

}  // namespace palsim::cuda
