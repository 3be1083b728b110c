#include "real/cuda/layers/added_row.hpp"
#include "real/cuda/layers/column_sums.cuh"
#include "real/cuda/layers/embedding.hpp"

namespace palsim::cuda {
namespace {

// dy, copied to dx on the way.
struct Passed {
  static constexpr int matrices = 1;

  bool packed(std::int64_t) const { return rows_are_packs(count, dy, dx); }
  template <int width>
  __device__ void at(std::int64_t sample, std::int64_t column, Floats<width> (&terms)[1]) const {
    terms[0] = pack_at<width>(dy + sample * count + column);
    if (dx != nullptr) put(terms[0], dx + sample * count + column);
  }

  const float* dy;
  float* dx;
  std::int64_t count;
};

}  // namespace

void added_table_forward(const Context& context, std::int64_t samples, std::int64_t count,
                         const float* x, const float* table, float* y) {
  add_row(context, samples, count, x, table, y);
}

void added_table_backward(const Context& context, std::int64_t samples, std::int64_t count,
                          const float* dy, float* dx, float* dtable) {
  sum_columns(context, samples, count, Passed{dy, dx, count}, {{dtable}});
}

}  // namespace palsim::cuda
