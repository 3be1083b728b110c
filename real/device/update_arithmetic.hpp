// What an update does to one parameter, for any device: a CPU's loops and a GPU's kernels execute
// these very operations in this order, without fused multiply-adds. Coefficients are worked out in
// double, once a step, and rounded once. Plain C++17, so that nvcc compiles it too.
#pragma once

#include <cmath>

#include "real/device/host_device.hpp"
#include "real/device/update_kernels.hpp"

namespace palsim {

enum class Momentum { none, heavy_ball, nesterov };

inline Momentum momentum_of(const SgdStep& step) {
  if (step.momentum == 0) return Momentum::none;
  return step.nesterov ? Momentum::nesterov : Momentum::heavy_ball;
}
inline Momentum momentum_of(const OuterStep& step) {
  return step.momentum == 0 ? Momentum::none : Momentum::nesterov;
}

// Moves x against the gradient d: u <- mu u + d, x <- x - lr u, or with Nesterov
// x <- x - lr (d + mu u). Without momentum u is not touched.
template <Momentum kind, class T>
PALSIM_HOST_DEVICE inline void descend(T learning_rate, T momentum, T d, T* u, T& x) {
  if constexpr (kind == Momentum::none) {
    x -= learning_rate * d;
  } else {
    const T moved = momentum * *u + d;
    *u = moved;
    x -= learning_rate * (kind == Momentum::nesterov ? d + momentum * moved : moved);
  }
}

template <class T>
struct SgdCoefficients {
  T learning_rate;
  T momentum;
  T weight_decay;
  T scale;
};

template <class T>
SgdCoefficients<T> coefficients_of(const SgdStep& step, T scale) {
  return {static_cast<T>(step.learning_rate), static_cast<T>(step.momentum),
          static_cast<T>(step.weight_decay), scale};
}

// `u` points to one number, or is null without momentum.
template <Momentum kind, class T>
PALSIM_HOST_DEVICE inline void sgd_update(const SgdCoefficients<T>& with, T g, T* u, T& x) {
  const T d = with.scale * g + with.weight_decay * x;
  descend<kind>(with.learning_rate, with.momentum, d, u, x);
}

// x <- (1 - lr lambda) x - (lr / (1 - beta1^t)) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
template <class T>
struct AdamWCoefficients {
  T kept;  // 1 - lr lambda
  T step;  // lr / (1 - beta1^t)
  T beta1;
  T beta2;
  T one_minus_beta1;
  T one_minus_beta2;
  T root_scale;  // 1 / sqrt(1 - beta2^t)
  T epsilon;
  T scale;
};

template <class T>
AdamWCoefficients<T> coefficients_of(const AdamWStep& step, T scale) {
  const double t = static_cast<double>(step.step);
  return {static_cast<T>(1 - step.learning_rate * step.weight_decay),
          static_cast<T>(step.learning_rate / (1 - std::pow(step.beta1, t))),
          static_cast<T>(step.beta1),
          static_cast<T>(step.beta2),
          static_cast<T>(1 - step.beta1),
          static_cast<T>(1 - step.beta2),
          static_cast<T>(1 / std::sqrt(1 - std::pow(step.beta2, t))),
          static_cast<T>(step.epsilon),
          scale};
}

template <class T>
PALSIM_HOST_DEVICE inline void adamw_update(const AdamWCoefficients<T>& with, T g, T& m, T& v,
                                            T& x) {
  const T d = with.scale * g;
  m = with.beta1 * m + with.one_minus_beta1 * d;
  v = with.beta2 * v + with.one_minus_beta2 * (d * d);
  x = with.kept * x - with.step * (m / (std::sqrt(v) * with.root_scale + with.epsilon));
}

template <class T>
PALSIM_HOST_DEVICE inline T mixed(T rate, T global, T x) {
  return x - rate * (x - global);
}

template <class T>
PALSIM_HOST_DEVICE inline T outer_gradient_of(T global, T x) {
  return global - x;
}

template <class T>
struct SlowMomentumCoefficients {
  T momentum;             // beta
  T inner_learning_rate;  // gamma
  T step;                 // alpha gamma
};

template <class T>
SlowMomentumCoefficients<T> coefficients_of(const SlowMomentumStep& step) {
  return {static_cast<T>(step.momentum), static_cast<T>(step.inner_learning_rate),
          static_cast<T>(step.learning_rate * step.inner_learning_rate)};
}

// `x` comes as the mean over the workers.
template <class T>
PALSIM_HOST_DEVICE inline void slow_momentum_update(const SlowMomentumCoefficients<T>& with, T& u,
                                                    T& previous, T& x) {
  u = with.momentum * u + (previous - x) / with.inner_learning_rate;
  x = previous - with.step * u;
  previous = x;
}

}  // namespace palsim
