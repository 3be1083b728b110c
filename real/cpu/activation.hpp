// Activations and sums and products of signals on a CPU, element by element.
#pragma once

#include "real/device/layer_kernels.hpp"

namespace palsim::cpu {

template <class T>
void activation_forward(ActivationKind kind, std::int64_t count, const T* x, T* y);
template <class T>
void activation_backward(ActivationKind kind, std::int64_t count, const T* x, const T* y,
                         const T* dy, T* dx);

template <class T>
void add(std::int64_t count, const T* x, const T* y, T* z);
template <class T>
void multiply(std::int64_t count, const T* x, const T* y, T* z);

}  // namespace palsim::cpu
