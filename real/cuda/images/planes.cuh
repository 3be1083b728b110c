// A thread for each pixel of each plane: of each channel of each sample. Planes are taken in turns
// where they are more than a grid holds.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstdint>

#include "real/cuda/launch.cuh"

namespace palsim::cuda {

// Small planes share a block, so that few of its threads are idle.
inline Grid plane_grid(std::int64_t planes, std::int64_t pixels) {
  constexpr unsigned threads = 256;
  constexpr std::int64_t most_rows = 4096;  // of blocks: enough for any GPU
  unsigned across = 1;
  while (across < threads && across < pixels) across *= 2;
  const unsigned planes_together = threads / across;
  return {{static_cast<unsigned>(ceil_div(pixels, across)),
           static_cast<unsigned>(std::min(ceil_div(planes, planes_together), most_rows)), 1},
          {across, planes_together, 1}};
}

// Calls each(plane, pixel) in a kernel launched on plane_grid(planes, pixels).
template <class Each>
__device__ void for_each_pixel(std::int64_t planes, std::int64_t pixels, Each each) {
  const std::int64_t pixel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (pixel >= pixels) return;
  const std::int64_t together = static_cast<std::int64_t>(gridDim.y) * blockDim.y;
  std::int64_t plane = static_cast<std::int64_t>(blockIdx.y) * blockDim.y + threadIdx.y;
  for (; plane < planes; plane += together) each(plane, static_cast<unsigned>(pixel));
}

}  // namespace palsim::cuda
