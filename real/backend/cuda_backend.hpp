// Workers on GPUs: each has one to itself, or all of this process share one.
#pragma once

#include "real/backend/backend.hpp"
#include "real/cuda/cuda_module.hpp"

namespace palsim {

enum class Sharing {
  none,     // worker k of this machine computes on GPU k; vectors are exchanged by NCCL
  emulated  // all workers, threads of this process, compute on GPU 0
};

// The module outlives it. Throws InputError where there is no GPU that it can use.
std::unique_ptr<Backend> cuda_backend(const CudaModule& module, Sharing sharing,
                                      MatrixPrecision precision);

}  // namespace palsim
