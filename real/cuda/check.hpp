// Every call of the CUDA runtime and its libraries is checked. Plain C++17: nvcc includes it too.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

namespace palsim::cuda {

// Throws InternalError "doing: what CUDA says". Out of memory is an InputError.
[[noreturn]] void fail(cudaError_t status, const char* doing);
[[noreturn]] void fail(cublasStatus_t status, const char* doing);
// Throws InternalError.
[[noreturn]] void fail(const char* what);

inline void check(cudaError_t status, const char* doing) {
  if (status != cudaSuccess) fail(status, doing);
}
inline void check(cublasStatus_t status, const char* doing) {
  if (status != CUBLAS_STATUS_SUCCESS) fail(status, doing);
}

}  // namespace palsim::cuda
