#include "real/cpu/embedding.hpp"

#include <algorithm>

#include "real/cpu/eigen_maps.hpp"

namespace palsim::cpu {

template <class T>
void embedding_forward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                       const T* table, T* y) {
  for (std::int64_t row = 0; row < rows; ++row) {
    std::copy_n(table + tokens[row] * width, width, y + row * width);
  }
}

template <class T>
void embedding_backward(std::int64_t rows, std::int64_t width, const std::int32_t* tokens,
                        const T* dy, T* dtable) {
  for (std::int64_t row = 0; row < rows; ++row) {
    ArrayMap<T>(dtable + tokens[row] * width, width) += ConstArrayMap<T>(dy + row * width, width);
  }
}

template <class T>
void added_table_forward(std::int64_t samples, std::int64_t count, const T* x, const T* table,
                         T* y) {
  const ConstArrayMap<T> rows(table, count);
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    ArrayMap<T>(y + sample * count, count) = ConstArrayMap<T>(x + sample * count, count) + rows;
  }
}

template <class T>
void added_table_backward(std::int64_t samples, std::int64_t count, const T* dy, T* dtable) {
  ArrayMap<T> rows(dtable, count);
  for (std::int64_t sample = 0; sample < samples; ++sample) {
    rows += ConstArrayMap<T>(dy + sample * count, count);
  }
}

template void embedding_forward(std::int64_t, std::int64_t, const std::int32_t*, const float*,
                                float*);
template void embedding_forward(std::int64_t, std::int64_t, const std::int32_t*, const double*,
                                double*);
template void embedding_backward(std::int64_t, std::int64_t, const std::int32_t*, const float*,
                                 float*);
template void embedding_backward(std::int64_t, std::int64_t, const std::int32_t*, const double*,
                                 double*);
template void added_table_forward(std::int64_t, std::int64_t, const float*, const float*, float*);
template void added_table_forward(std::int64_t, std::int64_t, const double*, const double*,
                                  double*);
template void added_table_backward(std::int64_t, std::int64_t, const float*, float*);
template void added_table_backward(std::int64_t, std::int64_t, const double*, double*);

}  // namespace palsim::cpu
