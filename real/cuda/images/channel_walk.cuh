// How the threads of a grid share the numbers of each channel, in samples x channels x inner, so
// that neighbouring lanes read neighbouring numbers. The shares depend on the shape alone.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "real/cuda/launch.cuh"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

constexpr int walk_warps = 8;  // in a block
constexpr int walk_loads = 8;  // in flight in a thread

struct ChannelShares {
  std::int64_t samples;
  std::int64_t channels;
  int inner;
  int splits;          // of a channel, one for each row of blocks
  std::int64_t slots;  // where the threads' parts of sums belong
  std::int64_t run;    // of a warp: how many times its lanes take a number each
};

// A block is of one channel: a warp walks along its rows of `inner` numbers, 32 at a time.
class RowWalk {
 public:
  static constexpr bool lanes_share_slot = true;
  static std::int64_t slots(const ChannelShape& shape) { return shape.channels; }
  static std::int64_t blocks(const ChannelShape& shape) { return shape.channels; }
  static std::int64_t steps(const ChannelShape& shape) {
    return shape.samples * ceil_div(shape.inner, warp_lanes);
  }

  __device__ explicit RowWalk(const ChannelShares& shares)
      : inner_(shares.inner), next_row_(shares.channels * shares.inner) {
    const std::int64_t steps_of_row = (shares.inner + warp_lanes - 1) / warp_lanes;
    const std::int64_t first =
        (static_cast<std::int64_t>(blockIdx.y) * walk_warps + threadIdx.y) * shares.run;
    const std::int64_t rest = shares.samples * steps_of_row - first;
    left_ = rest < shares.run ? rest : shares.run;
    const std::int64_t sample = first / steps_of_row;
    base_ = static_cast<int>(first - sample * steps_of_row) * warp_lanes;
    row_ = (sample * shares.channels + channel()) * shares.inner;
  }

  __device__ std::int64_t channel() const { return blockIdx.x; }
  // Where this thread's part of a sum belongs; -1: nowhere.
  __device__ std::int64_t slot() const { return threadIdx.x == 0 ? channel() : -1; }
  __device__ bool more() const { return left_ > 0; }
  // The index of the thread's next number; -1: none, this time.
  __device__ std::int64_t next() {
    if (left_ <= 0) return -1;
    --left_;
    const int column = base_ + static_cast<int>(threadIdx.x);
    const std::int64_t at = column < inner_ ? row_ + column : -1;
    base_ += warp_lanes;
    if (base_ >= inner_) {
      base_ = 0;
      row_ += next_row_;
    }
    return at;
  }

 private:
  int inner_;
  int base_;
  std::int64_t left_;
  std::int64_t row_;
  std::int64_t next_row_;
};

// Where rows are short: a lane has one number of each sample's channels x inner, its column.
class ColumnWalk {
 public:
  static constexpr bool lanes_share_slot = false;
  static std::int64_t slots(const ChannelShape& shape) { return shape.channels * shape.inner; }
  static std::int64_t blocks(const ChannelShape& shape) {
    return ceil_div(slots(shape), warp_lanes);
  }
  static std::int64_t steps(const ChannelShape& shape) { return shape.samples; }

  __device__ explicit ColumnWalk(const ChannelShares& shares)
      : inner_(shares.inner), columns_(shares.channels * shares.inner) {
    column_ = static_cast<std::int64_t>(blockIdx.x) * warp_lanes + threadIdx.x;
    const std::int64_t first =
        static_cast<std::int64_t>(blockIdx.y) * walk_warps * shares.run + threadIdx.y;
    const std::int64_t rest =
        shares.samples > first ? (shares.samples - first + walk_warps - 1) / walk_warps : 0;
    left_ = rest < shares.run ? rest : shares.run;
    at_ = first * columns_ + column_;
    // Lanes beyond the last column have nothing to do, but a channel like any other.
    if (column_ >= columns_) left_ = 0;
  }

  __device__ std::int64_t channel() const {
    return (column_ < columns_ ? column_ : columns_ - 1) / inner_;
  }
  __device__ std::int64_t slot() const { return column_ < columns_ ? column_ : -1; }
  __device__ bool more() const { return left_ > 0; }
  __device__ std::int64_t next() {
    if (left_ <= 0) return -1;
    --left_;
    const std::int64_t at = at_;
    at_ += walk_warps * columns_;
    return at;
  }

 private:
  int inner_;
  std::int64_t columns_;
  std::int64_t column_;
  std::int64_t left_;
  std::int64_t at_;
};

// Warps take 16 steps each, two rounds of loads, where no more than 1024 rows of blocks come of it.
template <class Walk>
ChannelShares shares_of(const ChannelShape& shape) {
  constexpr std::int64_t usual_run = 2 * walk_loads;
  constexpr std::int64_t most_splits = 1024;
  const std::int64_t steps = Walk::steps(shape);
  const std::int64_t splits =
      std::min(most_splits, std::max<std::int64_t>(1, ceil_div(steps, walk_warps * usual_run)));
  return {shape.samples,
          shape.channels,
          static_cast<int>(shape.inner),
          static_cast<int>(splits),
          Walk::slots(shape),
          ceil_div(steps, walk_warps * splits)};
}

template <class Walk>
Grid walk_grid(const ChannelShape& shape, const ChannelShares& shares) {
  return {{static_cast<unsigned>(Walk::blocks(shape)), static_cast<unsigned>(shares.splits), 1},
          {warp_lanes, walk_warps, 1}};
}

// Goes by rows or by columns: calls one of them with all that follows, unless the tensor is empty.
template <class Way, class... Arguments>
void walk_channels(const Context& context, const ChannelShape& shape, Way by_rows, Way by_columns,
                   Arguments... arguments) {
  if (shape.samples * shape.channels * shape.inner == 0) return;
  const Way way = shape.inner < warp_lanes ? by_columns : by_rows;
  way(context, shape, arguments...);
}

// The indices of a thread's next numbers; -1: none.
template <class Walk>
__device__ void next_indices(Walk& walk, std::int64_t (&at)[walk_loads]) {
  for (int k = 0; k < walk_loads; ++k) at[k] = walk.next();
}
// Of numbers that the kernel does not write.
__device__ inline void load(const float* x, const std::int64_t (&at)[walk_loads],
                            float (&values)[walk_loads]) {
  for (int k = 0; k < walk_loads; ++k) values[k] = at[k] < 0 ? 0 : __ldg(x + at[k]);
}

}  // namespace palsim::cuda
