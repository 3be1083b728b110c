// How the threads of a grid share the numbers of each channel, in samples x channels x inner, so
// that neighbouring lanes read neighbouring numbers, and how they add up what each found: in
// double, over a thread, a block and the grid. The shares depend on the shape alone, and so does
// the order.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "real/cuda/launch.cuh"
#include "real/cuda/team.cuh"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

constexpr int walk_warps = 8;  // in a block
constexpr int walk_loads = 8;  // in flight in a thread

struct ChannelShares {
  std::int64_t samples;
  std::int64_t channels;
  int inner;
  int splits;        // of a channel, one for each row of blocks
  std::int64_t run;  // of a warp: how many times its lanes take a number each
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

inline bool has_short_rows(const ChannelShape& shape) { return shape.inner < warp_lanes; }

// Warps take 16 steps each, two rounds of loads, where no more than 1024 rows of blocks come of it.
template <class Walk>
ChannelShares shares_of(const ChannelShape& shape) {
  constexpr std::int64_t usual_run = 2 * walk_loads;
  constexpr std::int64_t most_splits = 1024;
  const std::int64_t steps = Walk::steps(shape);
  const std::int64_t splits =
      std::min(most_splits, std::max<std::int64_t>(1, ceil_div(steps, walk_warps * usual_run)));
  return {shape.samples, shape.channels, static_cast<int>(shape.inner), static_cast<int>(splits),
          ceil_div(steps, walk_warps * splits)};
}

template <class Walk>
Grid walk_grid(const ChannelShape& shape, const ChannelShares& shares) {
  return {{static_cast<unsigned>(Walk::blocks(shape)), static_cast<unsigned>(shares.splits), 1},
          {warp_lanes, walk_warps, 1}};
}

// The sum over a block of what belongs to the same slot, in the first warp. All threads call it.
template <class Walk>
__device__ double sum_of_block(double value) {
  __shared__ double of_warp[walk_warps][warp_lanes];
  if constexpr (Walk::lanes_share_slot) value = joined_in_team<warp_lanes>(value, Sum{});
  of_warp[threadIdx.y][threadIdx.x] = value;
  __syncthreads();
  double sum = 0;
  for (int warp = 0; warp < walk_warps; ++warp) sum += of_warp[warp][threadIdx.x];
  __syncthreads();
  return sum;
}

// Sums of the grid's blocks: `splits` rows of a number for each slot.
__device__ inline double* partial_sum(double* partial, std::int64_t slots, std::int64_t slot) {
  return partial + blockIdx.y * slots + slot;
}

// The sum of a channel's partial sums, by a warp, in all its lanes. All of them call it.
__device__ inline double sum_of_channel(const double* partial, int splits, std::int64_t channels,
                                        int slots_of_channel, std::int64_t channel) {
  const std::int64_t slots = channels * slots_of_channel;
  const int count = splits * slots_of_channel;
  double sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += warp_lanes) {
    const int split = i / slots_of_channel;
    sum += partial[split * slots + channel * slots_of_channel + (i - split * slots_of_channel)];
  }
  return joined_in_team<warp_lanes>(sum, Sum{});
}

// A warp for each channel.
inline Grid channel_grid(std::int64_t channels) {
  return {{static_cast<unsigned>(ceil_div(channels, walk_warps)), 1, 1},
          {warp_lanes, walk_warps, 1}};
}
__device__ inline std::int64_t channel_of_warp() {
  return static_cast<std::int64_t>(blockIdx.x) * walk_warps + threadIdx.y;
}

}  // namespace palsim::cuda
