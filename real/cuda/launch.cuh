// A kernel's launch on a worker's stream, checked. Written as a call, not with nvcc's brackets, so
// that any C++ compiler reads these sources: the tests run them on the host as well.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "real/cuda/check.hpp"
#include "real/cuda/context.hpp"

namespace palsim::cuda {

// The warp of every NVIDIA GPU so far.
constexpr int warp_lanes = 32;
constexpr unsigned all_lanes = 0xffffffff;

struct Grid {
  dim3 blocks;
  dim3 threads;
};

// Nothing happens where the grid has no blocks. Arguments become the kernel's own types.
template <class... Parameters, class... Arguments>
void launch(const Context& context, void (*kernel)(Parameters...), const Grid& grid,
            Arguments... arguments) {
  if (grid.blocks.x == 0 || grid.blocks.y == 0 || grid.blocks.z == 0) return;
  cudaLaunchConfig_t config{};
  config.gridDim = grid.blocks;
  config.blockDim = grid.threads;
  config.stream = context.stream;
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...),
        "launching a kernel");
}

constexpr std::int64_t ceil_div(std::int64_t count, std::int64_t by) {
  return (count + by - 1) / by;
}

}  // namespace palsim::cuda
