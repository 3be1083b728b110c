// Tables of learned rows on a GPU: looked up by token, or added to every sample.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"

namespace palsim::cuda {

void embedding_forward(const Context& context, std::int64_t rows, std::int64_t width,
                       const std::int32_t* tokens, const float* table, float* y);
void embedding_backward(const Context& context, std::int64_t rows, std::int64_t width,
                        const std::int32_t* tokens, const float* dy, float* dtable);
void added_table_forward(const Context& context, std::int64_t samples, std::int64_t count,
                         const float* x, const float* table, float* y);
void added_table_backward(const Context& context, std::int64_t samples, std::int64_t count,
                          const float* dy, float* dtable);

}  // namespace palsim::cuda
