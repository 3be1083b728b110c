// cuBLAS on one stream.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include <memory>
#include <type_traits>

namespace palsim::cuda {

class BlasHandle {
 public:
  // Throws InputError where memory is short. The stream outlives it.
  explicit BlasHandle(cudaStream_t stream);

  cublasHandle_t get() const { return handle_.get(); }

 private:
  // Its own: with the one that handles share by default, results may differ from run to run where
  // several streams are at work.
  struct Workspace {
    explicit Workspace(cudaStream_t of);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    cudaStream_t stream;
    void* memory;
  };
  struct Close {
    void operator()(cublasHandle_t handle) const { cublasDestroy(handle); }
  };

  Workspace workspace_;
  std::unique_ptr<std::remove_pointer_t<cublasHandle_t>, Close> handle_;
};

}  // namespace palsim::cuda
