#include "real/cuda/layers/column_sums.cuh"
#include "real/cuda/layers/column_sums.hpp"

namespace palsim::cuda {
namespace {

struct Matrix {
  static constexpr int matrices = 1;

  bool packed(std::int64_t) const { return rows_are_packs(columns, data); }
  template <int width>
  __device__ void at(std::int64_t row, std::int64_t column, Floats<width> (&terms)[1]) const {
    terms[0] = pack_at<width>(data + row * columns + column);
  }

  const float* data;
  std::int64_t columns;
};

}  // namespace

void column_sums(const Context& context, std::int64_t rows, std::int64_t columns, const float* x,
                 float* sums) {
  sum_columns(context, rows, columns, Matrix{x, columns}, {{sums}});
}

}  // namespace palsim::cuda
