#include <algorithm>

#include "real/cuda/layers/added_row.hpp"
#include "real/cuda/layers/packs.cuh"

namespace palsim::cuda {
namespace {

constexpr int add_row_threads = 256;
constexpr int rows_in_flight = 4;

// Threads of a block are along the columns first. Each reads its share of the row once and goes
// down the rows, `rows_in_flight` at a time.
template <int width>
__global__ void __launch_bounds__(add_row_threads)
    add_row_kernel(std::int64_t rows, std::int64_t columns, const float* x, const float* added,
                   float* y) {
  const std::int64_t column =
      (static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) * width;
  if (column >= columns) return;
  const auto to_add = pack_at<width>(added + column);
  const std::int64_t step = static_cast<std::int64_t>(gridDim.y) * blockDim.y * rows_in_flight;
  std::int64_t base =
      (static_cast<std::int64_t>(blockIdx.y) * blockDim.y + threadIdx.y) * rows_in_flight;
  for (; base < rows; base += step) {
    Floats<width> held[rows_in_flight];
#pragma unroll
    for (int unit = 0; unit < rows_in_flight; ++unit) {
      held[unit] = x != nullptr && base + unit < rows
                       ? pack_at<width>(x + (base + unit) * columns + column)
                       : zeros<width>();
    }
#pragma unroll
    for (int unit = 0; unit < rows_in_flight; ++unit) {
      if (base + unit >= rows) break;
#pragma unroll
      for (int i = 0; i < width; ++i) held[unit].at[i] += to_add.at[i];
      put(held[unit], y + (base + unit) * columns + column);
    }
  }
}

}  // namespace

void add_row(const Context& context, std::int64_t rows, std::int64_t columns, const float* x,
             const float* added, float* y) {
  const bool packed = rows_are_packs(columns, x, added, y);
  const std::int64_t packs = packed ? columns / pack_width : columns;
  // Narrow rows share a block.
  unsigned across = warp_lanes;
  while (across < add_row_threads && across < packs) across *= 2;
  const unsigned down = add_row_threads / across;
  constexpr std::int64_t most_blocks_down = 65535;
  const std::int64_t blocks_down =
      std::min(ceil_div(rows, std::int64_t{down} * rows_in_flight), most_blocks_down);
  launch(context, packed ? add_row_kernel<pack_width> : add_row_kernel<1>,
         {{static_cast<unsigned>(ceil_div(packs, across)), static_cast<unsigned>(blocks_down), 1},
          {across, down, 1}},
         rows, columns, x, added, y);
}

}  // namespace palsim::cuda
