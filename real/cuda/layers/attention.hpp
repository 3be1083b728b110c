// Softmax attention on a GPU without a tokens x tokens matrix in memory (Dao, FlashAttention-2,
// 2023): tiles of queries meet tiles of keys, and the backward pass computes the probabilities
// again from what the forward pass keeps, a number for each query. Sums are taken in one order,
// without atomics. In fp32 whatever the context's precision for matrix products.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

// One number for each sample, head and token: the base-2 logarithm of the sum that its softmax
// divides by. Throws InputError for heads of more than 128 numbers.
std::int64_t attention_saved(const AttentionShape& shape);

void attention_forward(const Context& context, const AttentionShape& shape, const float* query,
                       const float* key, const float* value, float* saved, float* y);
// dquery, dkey and dvalue share no memory with anything else.
void attention_backward(const Context& context, const AttentionShape& shape, const float* query,
                        const float* key, const float* value, const float* saved, const float* y,
                        const float* dy, float* dquery, float* dkey, float* dvalue);

}  // namespace palsim::cuda
