#include "real/cuda/blas_handle.hpp"

#include "real/cuda/check.hpp"
#include "real/cuda/memory_pool.hpp"

namespace palsim::cuda {
namespace {

constexpr std::size_t workspace_bytes = 32 << 20;  // as NVIDIA advises for its largest GPUs

cublasHandle_t opened() {
  cublasHandle_t handle = nullptr;
  check(cublasCreate(&handle), "opening cuBLAS");
  return handle;
}

}  // namespace

BlasHandle::Workspace::Workspace(cudaStream_t of)
    : stream(of), memory(allocate(workspace_bytes, "cuBLAS's matrix products", of)) {}
BlasHandle::Workspace::~Workspace() { release(memory, stream); }

BlasHandle::BlasHandle(cudaStream_t stream) : workspace_(stream), handle_(opened()) {
  check(cublasSetStream(get(), stream), "giving cuBLAS its stream");
  check(cublasSetWorkspace(get(), workspace_.memory, workspace_bytes),
        "giving cuBLAS its workspace");
}

}  // namespace palsim::cuda
