#include "real/cuda/images/cudnn_batch_norm.hpp"

#include <limits>

#include "real/cuda/images/cudnn_check.hpp"

namespace palsim::cuda {
namespace {

constexpr double epsilon = 1e-5;
constexpr double momentum = 0.1;
// One mean for each channel. The persistent variant is faster, but says of itself that numbers may
// overflow in it.
constexpr cudnnBatchNormMode_t mode = CUDNN_BATCHNORM_SPATIAL;

// cuDNN counts in 32 bits, knows no empty tensors, and has failed beyond so many samples. What has
// a pixel a channel is small: our own kernels take it.
bool suits_cudnn(const BatchNormShape& shape) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  constexpr std::int64_t most_samples = 65535;
  const std::int64_t numbers = shape.samples * shape.channels * shape.inner;
  return numbers > 0 && numbers <= most && shape.samples <= most_samples && shape.inner > 1;
}

CudnnBatchNormPlan plan_of(const BatchNormShape& shape) {
  CudnnBatchNormPlan plan{cudnn_tensor({shape.samples, shape.channels, shape.inner, 1}), {}};
  check(cudnnDeriveBNTensorDescriptor(plan.channels.get(), plan.images.get(), mode),
        "describing batch norm to cuDNN");
  return plan;
}

}  // namespace

const CudnnBatchNormPlan& CudnnBatchNorms::plan(const BatchNormShape& shape) {
  const std::tuple extents{shape.samples, shape.channels, shape.inner};
  const auto found = plans_.find(extents);
  if (found != plans_.end()) return found->second;
  return plans_.emplace(extents, plan_of(shape)).first->second;
}

bool CudnnBatchNorms::forward(cudnnHandle_t cudnn, const BatchNormShape& shape, Training training,
                              const float* x, const float* weight, const float* bias,
                              float* running, float* saved, float* y) {
  if (!suits_cudnn(shape) || !is_aligned_for_cudnn(x, y)) return false;
  const CudnnBatchNormPlan& plan = this->plan(shape);
  const cudnnTensorDescriptor_t images = plan.images.get();
  const cudnnTensorDescriptor_t channels = plan.channels.get();
  const float one = 1;
  const float zero = 0;
  float* running_variance = running + shape.channels;
  if (training == Training::no) {
    check(cudnnBatchNormalizationForwardInference(cudnn, mode, &one, &zero, images, x, images, y,
                                                  channels, weight, bias, running, running_variance,
                                                  epsilon),
          "normalizing by running moments");
    return true;
  }
  check(cudnnBatchNormalizationForwardTraining(
            cudnn, mode, &one, &zero, images, x, images, y, channels, weight, bias, momentum,
            running, running_variance, epsilon, saved, saved + shape.channels),
        "normalizing a batch");
  return true;
}

bool CudnnBatchNorms::backward(cudnnHandle_t cudnn, const BatchNormShape& shape, const float* x,
                               const float* weight, const float* saved, const float* dy, float* dx,
                               float* dweight, float* dbias) {
  // It cannot leave out dx.
  if (!suits_cudnn(shape) || dx == nullptr || !is_aligned_for_cudnn(x, dy, dx)) return false;
  const CudnnBatchNormPlan& plan = this->plan(shape);
  const cudnnTensorDescriptor_t images = plan.images.get();
  const float one = 1;
  const float zero = 0;
  check(cudnnBatchNormalizationBackward(cudnn, mode, &one, &zero, &one, &one, images, x, images, dy,
                                        images, dx, plan.channels.get(), weight, dweight, dbias,
                                        epsilon, saved, saved + shape.channels),
        "finding batch norm's gradients");
  return true;
}

}  // namespace palsim::cuda
