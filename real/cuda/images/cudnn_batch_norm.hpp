// Batch norm by cuDNN. It keeps what our own kernels keep: the batch's mean and 1 / deviation, of
// its biased variance; it moves the running variance towards the unbiased one, as ours do.
#pragma once

#include <cudnn.h>

#include <map>
#include <tuple>

#include "real/cuda/images/cudnn_descriptor.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

struct CudnnBatchNormPlan {
  CudnnTensor images;
  CudnnTensor channels;
};

class CudnnBatchNorms {
 public:
  // As ImageLibrary's.
  bool forward(cudnnHandle_t cudnn, const BatchNormShape& shape, Training training, const float* x,
               const float* weight, const float* bias, float* running, float* saved, float* y);
  bool backward(cudnnHandle_t cudnn, const BatchNormShape& shape, const float* x,
                const float* weight, const float* saved, const float* dy, float* dx, float* dweight,
                float* dbias);

 private:
  const CudnnBatchNormPlan& plan(const BatchNormShape& shape);

  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t>, CudnnBatchNormPlan> plans_;
};

}  // namespace palsim::cuda
