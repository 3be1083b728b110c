// Training runs on GPU 0, shared by all workers.
#pragma once

#include <memory>

#include "real/backend/cuda_backend.hpp"

namespace palsim::cuda {

template <MatrixPrecision precision = MatrixPrecision::fp32>
std::unique_ptr<Backend> on_gpu() {
  return cuda_backend(*palsim_cuda_module(), Sharing::emulated, precision);
}

}  // namespace palsim::cuda
