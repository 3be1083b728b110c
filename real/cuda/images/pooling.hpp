// Pooling of each channel's pixels, as in real/cpu/pooling.hpp. By own kernels with cuDNN too,
// whose max pooling needs x and y again to go backward, where `places` are enough. Backward passes
// gather over the outputs that saw an input, in their order, and overwrite dx, unless it is null.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

void max_pooling_forward(const Context& context, const PoolingShape& shape, const float* x,
                         float* y, std::int32_t* places);
void max_pooling_backward(const Context& context, const PoolingShape& shape,
                          const std::int32_t* places, const float* dy, float* dx);

void average_pooling_forward(const Context& context, const PoolingShape& shape, const float* x,
                             float* y);
void average_pooling_backward(const Context& context, const PoolingShape& shape, const float* dy,
                              float* dx);

void adaptive_pooling_forward(const Context& context, const AdaptivePoolingShape& shape,
                              const float* x, float* y);
void adaptive_pooling_backward(const Context& context, const AdaptivePoolingShape& shape,
                               const float* dy, float* dx);

}  // namespace palsim::cuda
