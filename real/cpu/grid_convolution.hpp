// Convolution with stride 1 on the grid of its padded input. The output at grid position q sees,
// through weight (ky, kx), position q + ky width + kx: each row of the patches is the input itself,
// shifted, and nothing is laid out. Outputs at the last kernel - 1 columns are computed in vain.
// For layers of few channels, whose patches take longer to lay out than to multiply.
#pragma once

#include <vector>

#include "real/device/shapes.hpp"

namespace palsim::cpu {

// Whether this is the faster way for the shape.
template <class T>
bool suits_grid(const ConvolutionShape& shape);
template <class T>
bool weight_gradient_suits_grid(const ConvolutionShape& shape);

template <class T>
void grid_convolution(const ConvolutionShape& shape, const T* x, const T* weight, const T* bias,
                      T* y, std::vector<T>& scratch);
// Overwrites dx.
template <class T>
void grid_input_gradient(const ConvolutionShape& shape, const T* weight, const T* dy, T* dx,
                         std::vector<T>& scratch);
// Adds to dweight.
template <class T>
void grid_weight_gradient(const ConvolutionShape& shape, const T* x, const T* dy, T* dweight,
                          std::vector<T>& scratch);

}  // namespace palsim::cpu
