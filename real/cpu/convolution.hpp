// Convolution as matrix products over the patches that its outputs see, block by block; layers of
// few channels go another way (grid_convolution).
#pragma once

#include <vector>

#include "real/device/shapes.hpp"

namespace palsim::cpu {

// `scratch` grows to what the largest shape needs, some MiB, and is meant to be kept.
template <class T>
void convolution_forward(const ConvolutionShape& shape, const T* x, const T* weight, const T* bias,
                         T* y, std::vector<T>& scratch);

// Overwrites dx, unless it is null; adds to dweight, and to dbias unless it is null.
template <class T>
void convolution_backward(const ConvolutionShape& shape, const T* x, const T* weight, const T* dy,
                          T* dx, T* dweight, T* dbias, std::vector<T>& scratch);

}  // namespace palsim::cpu
