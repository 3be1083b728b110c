// The loss on a GPU.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

// Writes the sums to `sums`, on the GPU.
void cross_entropy(const Context& context, std::int64_t rows, std::int64_t classes, float* logits,
                   const std::int32_t* targets, double scale, LossSum* sums);

}  // namespace palsim::cuda
