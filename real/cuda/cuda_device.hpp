// A worker's device on a GPU: a stream of it. Each operation is a function of its own file, and
// returns when the work is asked for.
#pragma once

#include <memory>

#include "real/cuda/cuda_module.hpp"

namespace palsim::cuda {

// For the thread that makes it, on which the GPU becomes the present one.
std::unique_ptr<Device<float>> cuda_device(int gpu, const CudaDeviceOptions& options);

}  // namespace palsim::cuda
