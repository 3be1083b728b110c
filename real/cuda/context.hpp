// Where the kernels of one worker run: a stream of a GPU, with what they share. Work on a stream is
// done in the order in which it was asked for; asking does not wait.
#pragma once

#include <cublas_v2.h>
#include <cuda_runtime.h>

#include "real/cuda/scratch.hpp"
#include "real/device/precision.hpp"

namespace palsim::cuda {

class ImageLibrary;

struct Context {
  cudaStream_t stream = nullptr;
  Scratch* scratch = nullptr;
  cublasHandle_t blas = nullptr;  // on this stream, in host pointer mode
  MatrixPrecision precision = MatrixPrecision::fp32;
  ImageLibrary* image_library = nullptr;  // null: images by own kernels and cuBLAS
};

}  // namespace palsim::cuda
