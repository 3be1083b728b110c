// A number for each channel, added to all its pixels, and its gradient. Tensors are samples x
// channels x inner.
#pragma once

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

void add_channel_bias(const Context& context, const ChannelShape& shape, const float* bias,
                      float* y);
// dbias += the sums of dy, which run in double.
void add_channel_sums(const Context& context, const ChannelShape& shape, const float* dy,
                      float* dbias);

}  // namespace palsim::cuda
