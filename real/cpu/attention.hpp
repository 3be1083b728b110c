// Softmax attention on a CPU: matrix products per sample, head and block of queries. Keys that the
// mask hides from all of a block are left out.
#pragma once

#include <vector>

#include "real/device/shapes.hpp"

namespace palsim::cpu {

std::int64_t attention_saved(const AttentionShape& shape);
template <class T>
void attention_forward(const AttentionShape& shape, const T* query, const T* key, const T* value,
                       T* saved, T* y);
template <class T>
void attention_backward(const AttentionShape& shape, const T* query, const T* key, const T* value,
                        const T* saved, const T* y, const T* dy, T* dquery, T* dkey, T* dvalue,
                        std::vector<T>& scratch);

}  // namespace palsim::cpu
