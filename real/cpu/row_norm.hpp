// Layer norm and RMS norm on a CPU, row by row.
#pragma once

#include "real/device/layer_kernels.hpp"

namespace palsim::cpu {

template <class T>
void row_norm_forward(const RowNormShape& shape, RowNorm norm, const T* x, const T* weight,
                      const T* bias, T* saved, T* y);
template <class T>
void row_norm_backward(const RowNormShape& shape, RowNorm norm, const T* x, const T* weight,
                       const T* saved, const T* dy, T* dx, T* dweight, T* dbias);

}  // namespace palsim::cpu
