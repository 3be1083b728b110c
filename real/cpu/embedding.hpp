// Tables of learned rows on a CPU: looked up by token, or added to every sample.
#pragma once

#include <cstdint>

namespace palsim::cpu {

template <class T>
void embedding_forward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                       const T* table, T* y);
template <class T>
void embedding_backward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                        const T* dy, T* dtable);
template <class T>
void added_table_forward(std::int64_t samples, std::int64_t count, const T* x, const T* table,
                         T* y);
template <class T>
void added_table_backward(std::int64_t samples, std::int64_t count, const T* dy, T* dtable);

}  // namespace palsim::cpu
