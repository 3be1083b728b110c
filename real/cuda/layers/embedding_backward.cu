#include <cstddef>
#include <cstdint>
#include <cub/device/device_radix_sort.cuh>

#include "real/cuda/layers/embedding.hpp"
#include "real/cuda/layers/packs.cuh"

namespace palsim::cuda {
namespace {

// Rows are sorted by token, stably, and cut into chunks. A run, the rows of one token, is summed in
// two stages: what of it lies in a chunk by the chunk's threads, and what of it lies in several
// chunks over them. So a token that makes up the whole batch is summed as fast as others.

struct SortedRows {
  std::int64_t rows;
  const std::int32_t* tokens;  // ascending
  const std::int32_t* places;  // of the rows in dy
};

// Of each chunk, the sums of the runs that go on: `heads` of the one that began before it, `tails`
// of the one that begins in it and ends beyond.
struct ChunkSums {
  float* heads;
  float* tails;
};

constexpr int count_threads = 256;
constexpr int chunk_rows = 32;
constexpr int chunk_threads = 64;
constexpr int rows_in_flight = 8;

__global__ void __launch_bounds__(count_threads)
    count_up_kernel(std::int64_t rows, std::int32_t* places) {
  const std::int64_t at = std::int64_t{blockIdx.x} * count_threads + threadIdx.x;
  if (at < rows) places[at] = static_cast<std::int32_t>(at);
}

template <int width>
__device__ void add_to(const Floats<width>& sum, float* to) {
  Floats<width> there = pack_at<width>(to);
#pragma unroll
  for (int i = 0; i < width; ++i) there.at[i] += sum.at[i];
  put(there, to);
}

template <int width>
__global__ void __launch_bounds__(chunk_threads)
    sum_chunk_kernel(SortedRows sorted, std::int64_t columns, const float* dy, ChunkSums sums,
                     float* dtable) {
  __shared__ std::int32_t tokens[chunk_rows + 2];  // with the ones before and after the chunk
  __shared__ std::int32_t places[chunk_rows];
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t chunk = blockIdx.x;
  const std::int64_t begin = chunk * chunk_rows;
  constexpr std::int32_t none = -1;
  if (thread < chunk_rows + 2) {
    const std::int64_t at = begin + thread - 1;
    tokens[thread] = at >= 0 && at < sorted.rows ? sorted.tokens[at] : none;
  }
  if (thread < chunk_rows && begin + thread < sorted.rows) {
    places[thread] = sorted.places[begin + thread];
  }
  __syncthreads();
  const std::int64_t column = (std::int64_t{blockIdx.y} * chunk_threads + thread) * width;
  if (column >= columns) return;
  const int rows = static_cast<int>(sorted.rows - begin < chunk_rows ? sorted.rows - begin
                                                                     : std::int64_t{chunk_rows});

  Floats<width> sum = zeros<width>();
  bool from_before = tokens[0] == tokens[1];
  for (int base = 0; base < rows; base += rows_in_flight) {
    Floats<width> held[rows_in_flight];
#pragma unroll
    for (int unit = 0; unit < rows_in_flight; ++unit) {
      held[unit] = base + unit < rows ? pack_at<width>(dy + places[base + unit] * columns + column)
                                      : zeros<width>();
    }
#pragma unroll
    for (int unit = 0; unit < rows_in_flight; ++unit) {
      const int row = base + unit;
      if (row >= rows) break;
#pragma unroll
      for (int i = 0; i < width; ++i) sum.at[i] += held[unit].at[i];
      const std::int32_t token = tokens[row + 1];
      const bool goes_on = tokens[row + 2] == token;
      if (goes_on && row + 1 < rows) continue;
      if (from_before) {
        put(sum, sums.heads + chunk * columns + column);
      } else if (goes_on) {
        put(sum, sums.tails + chunk * columns + column);
      } else {
        add_to(sum, dtable + token * columns + column);
      }
      sum = zeros<width>();
      from_before = false;
    }
  }
}

// How many of the ascending tokens are at most `token`.
__device__ std::int64_t end_of_run(const SortedRows& sorted, std::int64_t begin,
                                   std::int32_t token) {
  std::int64_t low = begin;
  std::int64_t high = sorted.rows;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (sorted.tokens[middle] <= token) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

constexpr int run_warps = 8;
constexpr int run_threads = run_warps * warp_lanes;

// A block for the run that begins in a chunk and goes beyond, if one does: the chunk's tail and the
// heads of those that follow, which the block's warps take in turns.
template <int width>
__global__ void __launch_bounds__(run_threads)
    sum_run_kernel(SortedRows sorted, std::int64_t columns, ChunkSums sums, float* dtable) {
  constexpr int across = warp_lanes * width;
  __shared__ float of_warps[run_warps][across];
  const std::int64_t chunk = blockIdx.x;
  const std::int64_t begin = chunk * chunk_rows;
  const std::int64_t next = begin + chunk_rows;
  if (next >= sorted.rows) return;  // all of the block
  const std::int32_t token = sorted.tokens[next];
  if (sorted.tokens[next - 1] != token) return;
  if (begin > 0 && sorted.tokens[begin - 1] == token) return;  // it began before
  const std::int64_t last = (end_of_run(sorted, next, token) - 1) / chunk_rows;

  const int thread = static_cast<int>(threadIdx.x);
  const int warp = thread / warp_lanes;
  const int lane = thread % warp_lanes;
  const std::int64_t first_column = std::int64_t{blockIdx.y} * across;
  const std::int64_t column = first_column + lane * width;
  Floats<width> sum = zeros<width>();
  if (column < columns) {
    if (warp == 0) sum = pack_at<width>(sums.tails + chunk * columns + column);
    for (std::int64_t base = chunk + 1 + warp; base <= last; base += run_warps * rows_in_flight) {
      Floats<width> held[rows_in_flight];
#pragma unroll
      for (int unit = 0; unit < rows_in_flight; ++unit) {
        const std::int64_t from = base + unit * run_warps;
        held[unit] =
            from <= last ? pack_at<width>(sums.heads + from * columns + column) : zeros<width>();
      }
#pragma unroll
      for (int unit = 0; unit < rows_in_flight; ++unit) {
#pragma unroll
        for (int i = 0; i < width; ++i) sum.at[i] += held[unit].at[i];
      }
    }
  }
#pragma unroll
  for (int i = 0; i < width; ++i) of_warps[warp][lane * width + i] = sum.at[i];
  __syncthreads();
  if (thread >= across || first_column + thread >= columns) return;
  float total = 0;
#pragma unroll
  for (int from = 0; from < run_warps; ++from) total += of_warps[from][thread];
  dtable[token * columns + first_column + thread] += total;
}

// Scratch memory is taken once for all: where each array begins in it.
class Layout {
 public:
  template <class Element>
  std::size_t place(std::int64_t count) {
    constexpr std::size_t alignment = 256;
    const std::size_t begin = bytes_;
    const std::size_t size = static_cast<std::size_t>(count) * sizeof(Element);
    bytes_ += (size + alignment - 1) / alignment * alignment;
    return begin;
  }
  std::int64_t bytes() const { return static_cast<std::int64_t>(bytes_); }

 private:
  std::size_t bytes_ = 0;
};

template <int width>
void sum_runs(const Context& context, const SortedRows& sorted, std::int64_t columns,
              const float* dy, const ChunkSums& sums, float* dtable) {
  const auto chunks = static_cast<unsigned>(ceil_div(sorted.rows, chunk_rows));
  const auto blocks = [&](int threads) {
    return static_cast<unsigned>(ceil_div(columns, std::int64_t{threads} * width));
  };
  launch(context, sum_chunk_kernel<width>, {{chunks, blocks(chunk_threads), 1}, chunk_threads},
         sorted, columns, dy, sums, dtable);
  launch(context, sum_run_kernel<width>, {{chunks, blocks(warp_lanes), 1}, run_threads}, sorted,
         columns, sums, dtable);
}

}  // namespace

void embedding_backward(const Context& context, std::int64_t rows, std::int64_t width,
                        const std::int32_t* tokens, const float* dy, float* dtable) {
  if (rows == 0) return;
  if (rows > INT32_MAX) fail("more than 2^31 tokens to sort");
  constexpr int token_bits = 31;  // none is negative
  const auto count = static_cast<int>(rows);
  std::int32_t* none = nullptr;
  std::size_t sorting_bytes = 0;
  check(cub::DeviceRadixSort::SortPairs(nullptr, sorting_bytes, tokens, none, none, none, count, 0,
                                        token_bits, context.stream),
        "asking how to sort tokens");

  const std::int64_t chunks = ceil_div(rows, chunk_rows);
  Layout layout;
  const std::size_t sorting = layout.place<std::byte>(static_cast<std::int64_t>(sorting_bytes));
  const std::size_t sorted_tokens = layout.place<std::int32_t>(rows);
  const std::size_t places = layout.place<std::int32_t>(rows);
  const std::size_t sorted_places = layout.place<std::int32_t>(rows);
  const std::size_t heads = layout.place<float>(chunks * width);
  const std::size_t tails = layout.place<float>(chunks * width);
  auto* memory = context.scratch->take<std::byte>(layout.bytes());
  const auto integers = [&](std::size_t at) {
    return reinterpret_cast<std::int32_t*>(memory + at);
  };
  const auto floats = [&](std::size_t at) { return reinterpret_cast<float*>(memory + at); };

  launch(context, count_up_kernel,
         {static_cast<unsigned>(ceil_div(rows, count_threads)), count_threads}, rows,
         integers(places));
  check(cub::DeviceRadixSort::SortPairs(
            memory + sorting, sorting_bytes, tokens, integers(sorted_tokens), integers(places),
            integers(sorted_places), count, 0, token_bits, context.stream),
        "sorting tokens");
  const SortedRows sorted{rows, integers(sorted_tokens), integers(sorted_places)};
  const ChunkSums sums{floats(heads), floats(tails)};
  if (rows_are_packs(width, dy, dtable)) {
    sum_runs<pack_width>(context, sorted, width, dy, sums, dtable);
  } else {
    sum_runs<1>(context, sorted, width, dy, sums, dtable);
  }
}

}  // namespace palsim::cuda
