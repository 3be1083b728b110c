// UpdateKernels on a GPU, with the CPU's very bits: a pass over memory each, at the rate of a copy.
// Vectors may have any alignment; two of them are the same vector or do not overlap. Bytes are
// those read plus those written for each number.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/device/update_kernels.hpp"

namespace palsim::cuda {

// 4 bytes.
void fill(const Context& context, std::int64_t count, float value, float* x);
// 8 bytes.
void copy(const Context& context, std::int64_t count, const float* from, float* to);
// 8 bytes.
void scale(const Context& context, std::int64_t count, float factor, float* x);
// In the same order on any GPU, not in the CPU's. Waits for the stream. 4 bytes.
double squared_norm(const Context& context, std::int64_t count, const float* x);

// 20 bytes; 12 without momentum.
void sgd(const Context& context, std::int64_t count, const SgdStep& step, float scale,
         const float* g, float* u, float* x);
// 28 bytes.
void adamw(const Context& context, std::int64_t count, const AdamWStep& step, float scale,
           const float* g, float* m, float* v, float* x);

// 12 bytes.
void mix(const Context& context, std::int64_t count, float rate, const float* global, float* x);
// 12 bytes.
void outer_gradient(const Context& context, std::int64_t count, const float* global, const float* x,
                    float* delta);
// `u` may be null without momentum. 24 bytes; 16 without momentum.
void outer_nesterov(const Context& context, std::int64_t count, const OuterStep& step,
                    const float* delta, float* u, float* global, float* x);
// 24 bytes.
void slow_momentum(const Context& context, std::int64_t count, const SlowMomentumStep& step,
                   float* u, float* previous, float* x);

}  // namespace palsim::cuda
