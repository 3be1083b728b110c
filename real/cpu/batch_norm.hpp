// Batch normalization (Ioffe and Szegedy, 2015): y = weight (x - mean) / sqrt(variance + 1e-5) +
// bias, channel by channel. Sums run in double, in the same order every time.
#pragma once

#include "real/device/layer_kernels.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cpu {

// `running` and `saved`: see LayerKernels. `saved` is written in training only.
template <class T>
void batch_norm_forward(const BatchNormShape& shape, Training training, const T* x, const T* weight,
                        const T* bias, T* running, T* saved, T* y);

// Of a forward pass in training. Overwrites dx, unless it is null; adds to dweight and dbias.
template <class T>
void batch_norm_backward(const BatchNormShape& shape, const T* x, const T* weight, const T* saved,
                         const T* dy, T* dx, T* dweight, T* dbias);

}  // namespace palsim::cpu
