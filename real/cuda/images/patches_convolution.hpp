// Convolution as matrix products by cuBLAS over the patches that outputs see, a block of them at a
// time. A convolution of 1 x 1 pixels is a product of the image itself. Without bias.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

// Scratch memory that blocks are cut to, in floats: 128 MiB.
constexpr std::int64_t most_patch_scratch = 32 << 20;

void patches_convolution_forward(const Context& context, const ConvolutionShape& shape,
                                 const float* x, const float* weight, float* y,
                                 std::int64_t most_scratch = most_patch_scratch);
// dx may be null. Weight gradients add up block after block.
void patches_convolution_backward(const Context& context, const ConvolutionShape& shape,
                                  const float* x, const float* weight, const float* dy, float* dx,
                                  float* dweight, std::int64_t most_scratch = most_patch_scratch);

}  // namespace palsim::cuda
