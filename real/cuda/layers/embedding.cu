#include "real/cuda/layers/embedding.hpp"
#include "real/cuda/layers/packs.cuh"

namespace palsim::cuda {
namespace {

constexpr int gather_threads = 256;
constexpr int packs_in_flight = 4;

// A warp for each row.
template <int width>
__global__ void __launch_bounds__(gather_threads)
    gather_kernel(std::int64_t rows, std::int64_t columns, const std::int32_t* tokens,
                  const float* table, float* y) {
  constexpr std::int64_t step = warp_lanes * width;
  const std::int64_t row =
      std::int64_t{blockIdx.x} * (gather_threads / warp_lanes) + threadIdx.x / warp_lanes;
  if (row >= rows) return;
  const float* from = table + tokens[row] * columns;
  float* to = y + row * columns;
  const std::int64_t first = static_cast<std::int64_t>(threadIdx.x % warp_lanes) * width;
  for (std::int64_t base = first; base < columns; base += packs_in_flight * step) {
    Floats<width> held[packs_in_flight];
#pragma unroll
    for (int unit = 0; unit < packs_in_flight; ++unit) {
      const std::int64_t column = base + unit * step;
      held[unit] = column < columns ? pack_at<width>(from + column) : zeros<width>();
    }
#pragma unroll
    for (int unit = 0; unit < packs_in_flight; ++unit) {
      const std::int64_t column = base + unit * step;
      if (column < columns) put(held[unit], to + column);
    }
  }
}

}  // namespace

void embedding_forward(const Context& context, std::int64_t rows, std::int64_t width,
                       const std::int32_t* tokens, const float* table, float* y) {
  const bool packed = rows_are_packs(width, table, y);
  launch(context, packed ? gather_kernel<pack_width> : gather_kernel<1>,
         {static_cast<unsigned>(ceil_div(rows, gather_threads / warp_lanes)), gather_threads}, rows,
         width, tokens, table, y);
}

}  // namespace palsim::cuda
