// Linear layers on a GPU, by cuBLAS.
#pragma once

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

void linear_forward(const Context& context, const LinearShape& shape, const float* x,
                    const float* weight, const float* bias, float* y);
void linear_backward(const Context& context, const LinearShape& shape, const float* x,
                     const float* weight, const float* dy, float* dx, float* dweight, float* dbias);

}  // namespace palsim::cuda
