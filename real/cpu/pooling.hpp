// Pooling of each channel's pixels: the largest or the mean under a sliding window, or the means of
// a fixed number of shares. Backward passes overwrite dx, unless it is null.
#pragma once

#include <cstdint>

#include "real/device/shapes.hpp"

namespace palsim::cpu {

// The first of equal maxima counts, and not-a-number beats any. At most half the kernel may be
// padding, so that each window sees a pixel (as in torch).
template <class T>
void max_pooling_forward(const PoolingShape& shape, const T* x, T* y, std::int32_t* places);
template <class T>
void max_pooling_backward(const PoolingShape& shape, const std::int32_t* places, const T* dy,
                          T* dx);

template <class T>
void average_pooling_forward(const PoolingShape& shape, const T* x, T* y);
template <class T>
void average_pooling_backward(const PoolingShape& shape, const T* dy, T* dx);

// Output i is the mean of inputs floor(i in / out) to ceil((i + 1) in / out), along either axis:
// shares may overlap, and a smaller input is repeated.
template <class T>
void adaptive_pooling_forward(const AdaptivePoolingShape& shape, const T* x, T* y);
template <class T>
void adaptive_pooling_backward(const AdaptivePoolingShape& shape, const T* dy, T* dx);

}  // namespace palsim::cpu
