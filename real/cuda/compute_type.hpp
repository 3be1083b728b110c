// How cuBLAS multiplies fp32 matrices in a precision.
#pragma once

#include <cublas_v2.h>

#include "real/cuda/check.hpp"
#include "real/device/precision.hpp"

namespace palsim::cuda {

inline cublasComputeType_t compute_type(MatrixPrecision precision) {
  switch (precision) {
    case MatrixPrecision::fp32:
      return CUBLAS_COMPUTE_32F;
    case MatrixPrecision::tf32:
      return CUBLAS_COMPUTE_32F_FAST_TF32;
    case MatrixPrecision::bf16:
      return CUBLAS_COMPUTE_32F_FAST_16BF;
  }
  fail("no such precision");
}

}  // namespace palsim::cuda
