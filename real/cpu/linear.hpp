// Fully connected layers on a CPU: three matrix products.
#pragma once

#include "real/device/shapes.hpp"

namespace palsim::cpu {

template <class T>
void linear_forward(const LinearShape& shape, const T* x, const T* weight, const T* bias, T* y);
template <class T>
void linear_backward(const LinearShape& shape, const T* x, const T* weight, const T* dy, T* dx,
                     T* dweight, T* dbias);

}  // namespace palsim::cpu
