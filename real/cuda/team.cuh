// Reductions over a team: the threads that work on one row or sum together, neighbours along a
// block's x. A team is a warp, a power of two less of it, or a block of warps. All threads of its
// warps take part, in a fixed order, and all of a team get the result.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "real/cuda/launch.cuh"

namespace palsim::cuda {

// The value of the lane `distance` away. Values of several parts have an overload of their own.
__device__ inline float from_lane(float value, int distance) {
  return __shfl_xor_sync(all_lanes, value, distance);
}
__device__ inline double from_lane(double value, int distance) {
  return __shfl_xor_sync(all_lanes, value, distance);
}

struct Sum {
  template <class Number>
  __device__ Number operator()(Number a, Number b) const {
    return a + b;
  }
};

// `join` commutes.
template <int threads, class Value, class Join>
__device__ Value joined_in_team(Value value, Join join) {
  static_assert(threads <= warp_lanes || threads % warp_lanes == 0);
  constexpr int lanes = threads < warp_lanes ? threads : warp_lanes;
#pragma unroll
  for (int distance = lanes / 2; distance > 0; distance /= 2) {
    value = join(value, from_lane(value, distance));
  }
  if constexpr (threads > warp_lanes) {
    constexpr int warps = threads / warp_lanes;
    static_assert(warps <= warp_lanes && (warps & (warps - 1)) == 0);
    __shared__ Value of_warps[warps];
    const int thread = static_cast<int>(threadIdx.x);
    __syncthreads();  // until the values of a reduction before are read
    if (thread % warp_lanes == 0) of_warps[thread / warp_lanes] = value;
    __syncthreads();
    value = of_warps[thread % warps];
#pragma unroll
    for (int distance = warps / 2; distance > 0; distance /= 2) {
      value = join(value, from_lane(value, distance));
    }
  }
  return value;
}

}  // namespace palsim::cuda
