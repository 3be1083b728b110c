#include "real/cpu/update.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "real/device/update_arithmetic.hpp"

// "omp simd": the iterations are independent, which the compiler cannot know of pointers.
namespace palsim::cpu {
namespace {

template <Momentum kind, class T>
void sgd_of(std::int64_t count, const SgdStep& step, T scale, const T* g, T* u, T* x) {
  const SgdCoefficients<T> with = coefficients_of(step, scale);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) sgd_update<kind>(with, g[i], u + i, x[i]);
}

template <Momentum kind, class T>
void outer_of(std::int64_t count, const OuterStep& step, const T* delta, T* u, T* global, T* x) {
  const T learning_rate = static_cast<T>(step.learning_rate);
  const T momentum = static_cast<T>(step.momentum);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) {
    T moved = global[i];
    descend<kind>(learning_rate, momentum, delta[i], u + i, moved);
    global[i] = moved;
    x[i] = moved;
  }
}

}  // namespace

template <class T>
void fill(std::int64_t count, T value, T* x) {
  std::fill_n(x, count, value);
}

template <class T>
void copy(std::int64_t count, const T* from, T* to) {
  if (count > 0) std::memmove(to, from, static_cast<std::size_t>(count) * sizeof(T));
}

template <class T>
void scale(std::int64_t count, T factor, T* x) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] *= factor;
}

// Thirty-two sums of every 32nd square, added up one after the other: the same order on any
// machine, and enough at once to hide the latency of an addition.
template <class T>
double squared_norm(std::int64_t count, const T* x) {
  constexpr std::int64_t lanes = 32;
  std::array<double, lanes> sums{};
  std::int64_t first = 0;
  for (; first + lanes <= count; first += lanes) {
#pragma omp simd
    for (std::int64_t lane = 0; lane < lanes; ++lane) {
      const double value = static_cast<double>(x[first + lane]);
      sums[lane] += value * value;
    }
  }
  for (std::int64_t lane = 0; first + lane < count; ++lane) {
    const double value = static_cast<double>(x[first + lane]);
    sums[lane] += value * value;
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

template <class T>
void sgd(std::int64_t count, const SgdStep& step, T scale, const T* g, T* u, T* x) {
  switch (momentum_of(step)) {
    case Momentum::none:
      return sgd_of<Momentum::none>(count, step, scale, g, u, x);
    case Momentum::heavy_ball:
      return sgd_of<Momentum::heavy_ball>(count, step, scale, g, u, x);
    case Momentum::nesterov:
      return sgd_of<Momentum::nesterov>(count, step, scale, g, u, x);
  }
}

template <class T>
void adamw(std::int64_t count, const AdamWStep& step, T scale, const T* g, T* m, T* v, T* x) {
  const AdamWCoefficients<T> with = coefficients_of(step, scale);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) adamw_update(with, g[i], m[i], v[i], x[i]);
}

template <class T>
void mix(std::int64_t count, T rate, const T* global, T* x) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) x[i] = mixed(rate, global[i], x[i]);
}

template <class T>
void outer_gradient(std::int64_t count, const T* global, const T* x, T* delta) {
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) delta[i] = outer_gradient_of(global[i], x[i]);
}

template <class T>
void outer_nesterov(std::int64_t count, const OuterStep& step, const T* delta, T* u, T* global,
                    T* x) {
  if (momentum_of(step) == Momentum::none) {
    outer_of<Momentum::none>(count, step, delta, u, global, x);
  } else {
    outer_of<Momentum::nesterov>(count, step, delta, u, global, x);
  }
}

template <class T>
void slow_momentum(std::int64_t count, const SlowMomentumStep& step, T* u, T* previous, T* x) {
  const SlowMomentumCoefficients<T> with = coefficients_of<T>(step);
#pragma omp simd
  for (std::int64_t i = 0; i < count; ++i) slow_momentum_update(with, u[i], previous[i], x[i]);
}

template void fill(std::int64_t, float, float*);
template void copy(std::int64_t, const float*, float*);
template void scale(std::int64_t, float, float*);
template double squared_norm(std::int64_t, const float*);
template void sgd(std::int64_t, const SgdStep&, float, const float*, float*, float*);
template void adamw(std::int64_t, const AdamWStep&, float, const float*, float*, float*, float*);
template void mix(std::int64_t, float, const float*, float*);
template void outer_gradient(std::int64_t, const float*, const float*, float*);
template void outer_nesterov(std::int64_t, const OuterStep&, const float*, float*, float*, float*);
template void slow_momentum(std::int64_t, const SlowMomentumStep&, float*, float*, float*);

template void fill(std::int64_t, double, double*);
template void copy(std::int64_t, const double*, double*);
template void scale(std::int64_t, double, double*);
template double squared_norm(std::int64_t, const double*);
template void sgd(std::int64_t, const SgdStep&, double, const double*, double*, double*);
template void adamw(std::int64_t, const AdamWStep&, double, const double*, double*, double*,
                    double*);
template void mix(std::int64_t, double, const double*, double*);
template void outer_gradient(std::int64_t, const double*, const double*, double*);
template void outer_nesterov(std::int64_t, const OuterStep&, const double*, double*, double*,
                             double*);
template void slow_momentum(std::int64_t, const SlowMomentumStep&, double*, double*, double*);

}  // namespace palsim::cpu
