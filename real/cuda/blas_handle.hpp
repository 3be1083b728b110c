// cuBLAS on one stream.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

namespace palsim::cuda {

class BlasHandle {
 public:
  explicit BlasHandle(cudaStream_t stream);
  ~BlasHandle();
  BlasHandle(const BlasHandle&) = delete;
  BlasHandle& operator=(const BlasHandle&) = delete;

  cublasHandle_t get() const { return handle_; }

 private:
  cublasHandle_t handle_ = nullptr;
  // Its own: with the one that handles share by default, results may differ from run to run where
  // several streams are at work.
  void* workspace_ = nullptr;
};

}  // namespace palsim::cuda
