// UpdateKernels on one core: a pass over memory each, for T float or double. Vectors may have any
// alignment; two of them are the same vector or do not overlap.
#pragma once

#include <cstdint>

#include "real/device/update_kernels.hpp"

namespace palsim::cpu {

template <class T>
void fill(std::int64_t count, T value, T* x);
template <class T>
void copy(std::int64_t count, const T* from, T* to);
template <class T>
void scale(std::int64_t count, T factor, T* x);
template <class T>
double squared_norm(std::int64_t count, const T* x);

template <class T>
void sgd(std::int64_t count, const SgdStep& step, T scale, const T* g, T* u, T* x);
template <class T>
void adamw(std::int64_t count, const AdamWStep& step, T scale, const T* g, T* m, T* v, T* x);

template <class T>
void mix(std::int64_t count, T rate, const T* global, T* x);
template <class T>
void outer_gradient(std::int64_t count, const T* global, const T* x, T* delta);
// `u` may be null without momentum.
template <class T>
void outer_nesterov(std::int64_t count, const OuterStep& step, const T* delta, T* u, T* global,
                    T* x);
template <class T>
void slow_momentum(std::int64_t count, const SlowMomentumStep& step, T* u, T* previous, T* x);

}  // namespace palsim::cpu
