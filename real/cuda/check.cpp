#include "real/cuda/check.hpp"

#include "sim/core/error.hpp"

namespace palsim::cuda {

void fail(cudaError_t status, const char* doing) {
  const char* said = cudaGetErrorString(status);
  if (status == cudaErrorMemoryAllocation) cudaGetLastError();  // said here, so not again
  require<InputError>(status != cudaErrorMemoryAllocation,
                      "{}: the GPU has no memory left; write fewer workers or more micro_batches",
                      doing);
  throw InternalError(fmt::format("{}: {}", doing, said));
}

void fail(cublasStatus_t status, const char* doing) {
  throw InternalError(fmt::format("{}: cuBLAS: {}", doing, cublasGetStatusString(status)));
}

void fail(const char* what) { throw InternalError(what); }

}  // namespace palsim::cuda
