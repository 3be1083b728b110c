// Sums over the rows of matrices that are worked out on the fly, in two stages: a block sums a
// chunk of rows, then partial sums are summed in the same way. The order depends on the shape
// alone.
#pragma once

#include <algorithm>
#include <cstdint>

#include "real/cuda/layers/packs.cuh"

namespace palsim::cuda {

// Where the sums of `matrices` matrices are added.
template <int matrices>
struct ColumnTargets {
  float* at[matrices];
};

constexpr int column_sums_warps = 8;
constexpr int column_sums_threads = column_sums_warps * warp_lanes;
constexpr int column_sums_unroll = 4;  // rows that a warp has in flight

// Lanes are along the columns, warps along the rows.
template <class Terms, int width>
__global__ void __launch_bounds__(column_sums_threads)
    column_sums_kernel(std::int64_t rows, std::int64_t columns, std::int64_t chunk, Terms terms,
                       ColumnTargets<Terms::matrices> targets, float* partials) {
  constexpr int matrices = Terms::matrices;
  constexpr int across = warp_lanes * width;
  __shared__ float of_warps[column_sums_warps][matrices][across];
  const int thread = static_cast<int>(threadIdx.x);
  const int warp = thread / warp_lanes;
  const int lane = thread % warp_lanes;
  const std::int64_t first_column = std::int64_t{blockIdx.x} * across;
  const std::int64_t column = first_column + lane * width;
  const std::int64_t begin = std::int64_t{blockIdx.y} * chunk;
  const std::int64_t end = begin + chunk < rows ? begin + chunk : rows;

  Floats<width> sums[matrices];
#pragma unroll
  for (int matrix = 0; matrix < matrices; ++matrix) sums[matrix] = zeros<width>();
  if (column < columns) {
    for (std::int64_t base = begin + warp; base < end;
         base += column_sums_warps * column_sums_unroll) {
      Floats<width> held[column_sums_unroll][matrices];
#pragma unroll
      for (int unit = 0; unit < column_sums_unroll; ++unit) {
        const std::int64_t row = base + unit * column_sums_warps;
        if (row < end) {
          terms.template at<width>(row, column, held[unit]);
        } else {
#pragma unroll
          for (int matrix = 0; matrix < matrices; ++matrix) held[unit][matrix] = zeros<width>();
        }
      }
#pragma unroll
      for (int unit = 0; unit < column_sums_unroll; ++unit) {
#pragma unroll
        for (int matrix = 0; matrix < matrices; ++matrix) {
#pragma unroll
          for (int i = 0; i < width; ++i) sums[matrix].at[i] += held[unit][matrix].at[i];
        }
      }
    }
  }
#pragma unroll
  for (int matrix = 0; matrix < matrices; ++matrix) {
#pragma unroll
    for (int i = 0; i < width; ++i) of_warps[warp][matrix][lane * width + i] = sums[matrix].at[i];
  }
  __syncthreads();
  for (int i = thread; i < matrices * across; i += column_sums_threads) {
    const int matrix = i / across;
    const std::int64_t to = first_column + i % across;
    if (to >= columns) continue;
    float sum = 0;
#pragma unroll
    for (int from = 0; from < column_sums_warps; ++from) sum += of_warps[from][matrix][i % across];
    if (partials == nullptr) {
      targets.at[matrix][to] += sum;
    } else {
      partials[(std::int64_t{blockIdx.y} * matrices + matrix) * columns + to] = sum;
    }
  }
}

template <int count>
struct PartialSums {
  static constexpr int matrices = count;

  bool packed(std::int64_t) const { return false; }  // few columns a block: more blocks
  template <int width>
  __device__ void at(std::int64_t row, std::int64_t column, Floats<width> (&terms)[count]) const {
#pragma unroll
    for (int matrix = 0; matrix < count; ++matrix) {
      terms[matrix] = pack_at<width>(data + (row * count + matrix) * columns + column);
    }
  }

  const float* data;
  std::int64_t columns;
};

// How many rows a block sums. Enough blocks for any GPU where the columns alone are not, and no
// more numbers in a row added one to the next than keeps a float's sum exact enough.
inline std::int64_t rows_per_chunk(std::int64_t rows, std::int64_t column_blocks) {
  constexpr std::int64_t enough_blocks = 1024;
  constexpr std::int64_t pass = column_sums_warps * column_sums_unroll;
  constexpr std::int64_t most_rows = 128 * pass;
  constexpr std::int64_t most_chunks = 65535;  // of a grid, across its second axis
  const std::int64_t chunks = ceil_div(enough_blocks, column_blocks);
  const std::int64_t even = ceil_div(ceil_div(rows, chunks), pass) * pass;
  return std::max(std::min(even, most_rows), ceil_div(rows, most_chunks));
}

// Adds the sum over `rows` of each of Terms::matrices matrices to targets.at[matrix]; columns each.
// `terms` gives four neighbours of a row at once (at<4>), if packed(columns), or one (at<1>).
template <class Terms>
void sum_columns(const Context& context, std::int64_t rows, std::int64_t columns,
                 const Terms& terms, const ColumnTargets<Terms::matrices>& targets) {
  if (rows <= 0 || columns <= 0) return;
  const bool packed = terms.packed(columns);
  const std::int64_t column_blocks = ceil_div(columns, warp_lanes * (packed ? pack_width : 1));
  const std::int64_t chunk = rows_per_chunk(rows, column_blocks);
  const std::int64_t chunks = ceil_div(rows, chunk);
  float* partials =
      chunks == 1 ? nullptr : context.scratch->take<float>(chunks * Terms::matrices * columns);
  launch(context, packed ? column_sums_kernel<Terms, pack_width> : column_sums_kernel<Terms, 1>,
         {{static_cast<unsigned>(column_blocks), static_cast<unsigned>(chunks), 1},
          column_sums_threads},
         rows, columns, chunk, terms, targets, partials);
  if (chunks == 1) return;
  using Partials = PartialSums<Terms::matrices>;
  launch(context, column_sums_kernel<Partials, 1>,
         {static_cast<unsigned>(ceil_div(columns, warp_lanes)), column_sums_threads}, chunks,
         columns, chunks, Partials{partials, columns}, targets, nullptr);
}

}  // namespace palsim::cuda
