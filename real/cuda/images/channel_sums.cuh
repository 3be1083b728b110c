// Sums over a channel, of what the threads of a walk found: in double, over a thread, a block and
// the grid. The order depends on the shape alone. A first kernel keeps the sums of its blocks, as
// many as partial_sums for each sum; another adds them up and makes of them what they are for.
#pragma once

#include <cstdint>

#include "real/cuda/images/channel_walk.cuh"
#include "real/cuda/team.cuh"

namespace palsim::cuda {

// `splits` rows of a number for each slot.
__host__ __device__ inline std::int64_t partial_sums(const ChannelShares& shares) {
  return shares.splits * shares.slots;
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

// Keeps the which-th of a kernel's sums. All threads call it.
template <class Walk>
__device__ void keep_sum(const Walk& walk, const ChannelShares& shares, double sum, int which,
                         double* partial) {
  const double of_block = sum_of_block<Walk>(sum);
  if (threadIdx.y > 0 || walk.slot() < 0) return;
  partial[which * partial_sums(shares) + blockIdx.y * shares.slots + walk.slot()] = of_block;
}

// The sum of a channel's partial sums, by a warp, in all its lanes. All of them call it.
__device__ inline double sum_of_channel(const ChannelShares& shares, const double* partial,
                                        std::int64_t channel) {
  const int slots_of_channel = static_cast<int>(shares.slots / shares.channels);
  const int count = shares.splits * slots_of_channel;
  double sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += warp_lanes) {
    const int split = i / slots_of_channel;
    sum +=
        partial[split * shares.slots + channel * slots_of_channel + (i - split * slots_of_channel)];
  }
  return joined_in_team<warp_lanes>(sum, Sum{});
}

// A warp for each channel.
template <class Finish>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    finish_kernel(ChannelShares shares, const double* __restrict__ partial, Finish finish) {
  const std::int64_t channel = static_cast<std::int64_t>(blockIdx.x) * walk_warps + threadIdx.y;
  if (channel >= shares.channels) return;  // the whole warp
  double sums[Finish::sums];
  for (int which = 0; which < Finish::sums; ++which) {
    sums[which] = sum_of_channel(shares, partial + which * partial_sums(shares), channel);
  }
  if (threadIdx.x == 0) finish(shares, channel, sums);
}

// Calls finish(shares, channel, sums) for each channel, of Finish::sums sums.
template <class Finish>
void finish_channels(const Context& context, const ChannelShares& shares, const double* partial,
                     const Finish& finish) {
  launch(context, finish_kernel<Finish>,
         Grid{{static_cast<unsigned>(ceil_div(shares.channels, walk_warps)), 1, 1},
              {warp_lanes, walk_warps, 1}},
         shares, partial, finish);
}

}  // namespace palsim::cuda
