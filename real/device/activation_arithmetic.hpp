// What an activation does to one number, forth and back. A GPU's kernels execute these; a CPU's
// loops compute the same by vectors. Plain C++17, so that nvcc compiles it too.
#pragma once

#include <cmath>

#include "real/device/host_device.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim {

constexpr double gelu_slope = 0.7978845608028654;  // sqrt(2 / pi)
constexpr double gelu_cubic = 0.044715;

// What is not a number stays so.
template <ActivationKind kind, class T>
PALSIM_HOST_DEVICE inline T activated(T x) {
  if constexpr (kind == ActivationKind::relu) {
    return x < 0 ? T(0) : x;
  } else if constexpr (kind == ActivationKind::gelu) {
    return T(0.5) * x * (T(1) + std::tanh(T(gelu_slope) * x * (T(1) + T(gelu_cubic) * (x * x))));
  } else if constexpr (kind == ActivationKind::silu) {
    return x / (T(1) + std::exp(-x));
  } else {
    return std::tanh(x);
  }
}

// ReLU and tanh have their slope from the output y, the others from the input x.
constexpr bool slope_from_output(ActivationKind kind) {
  return kind == ActivationKind::relu || kind == ActivationKind::tanh;
}

// dy times the slope; `at` is y or x.
template <ActivationKind kind, class T>
PALSIM_HOST_DEVICE inline T activation_gradient(T at, T dy) {
  if constexpr (kind == ActivationKind::relu) {
    return at > 0 ? dy : T(0);
  } else if constexpr (kind == ActivationKind::gelu) {
    const T square = at * at;
    const T tanh = std::tanh(T(gelu_slope) * at * (T(1) + T(gelu_cubic) * square));
    const T slope = T(gelu_slope) * (T(1) + T(3 * gelu_cubic) * square);
    return dy * T(0.5) * ((T(1) + tanh) + at * (T(1) - tanh * tanh) * slope);
  } else if constexpr (kind == ActivationKind::silu) {
    const T sigmoid = T(1) / (T(1) + std::exp(-at));
    return dy * sigmoid * (T(1) + at * (T(1) - sigmoid));
  } else {
    return dy * (T(1) - at * at);
  }
}

}  // namespace palsim
