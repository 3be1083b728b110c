#include "real/cuda/blas_handle.hpp"

#include "real/cuda/check.hpp"

namespace palsim::cuda {
namespace {

constexpr std::size_t workspace_bytes = 32 << 20;  // as NVIDIA advises for its largest GPUs

}  // namespace

BlasHandle::BlasHandle(cudaStream_t stream) {
  check(cublasCreate(&handle_), "opening cuBLAS");
  check(cudaMalloc(&workspace_, workspace_bytes), "allocating cuBLAS's workspace");
  check(cublasSetStream(handle_, stream), "giving cuBLAS its stream");
  check(cublasSetWorkspace(handle_, workspace_, workspace_bytes), "giving cuBLAS its workspace");
}

BlasHandle::~BlasHandle() {
  if (handle_ != nullptr) cublasDestroy(handle_);
  cudaFree(workspace_);
}

}  // namespace palsim::cuda
