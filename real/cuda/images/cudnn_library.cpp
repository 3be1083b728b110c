// cuDNN as an image library: one handle, on one worker's stream, and what is kept for each shape.
#include <cudnn.h>
#include <fmt/format.h>

#include "real/cuda/images/cudnn_batch_norm.hpp"
#include "real/cuda/images/cudnn_check.hpp"
#include "real/cuda/images/cudnn_convolution.hpp"
#include "real/cuda/images/image_library.hpp"

namespace palsim::cuda {
namespace {

class CudnnHandle {
 public:
  explicit CudnnHandle(cudaStream_t stream) {
    check(cudnnCreate(&handle_), "opening cuDNN");
    const cudnnStatus_t status = cudnnSetStream(handle_, stream);
    if (status == CUDNN_STATUS_SUCCESS) return;
    cudnnDestroy(handle_);
    fail(status, "giving cuDNN its stream");
  }
  ~CudnnHandle() { cudnnDestroy(handle_); }
  CudnnHandle(const CudnnHandle&) = delete;
  CudnnHandle& operator=(const CudnnHandle&) = delete;

  cudnnHandle_t get() const { return handle_; }

 private:
  cudnnHandle_t handle_ = nullptr;
};

class CudnnLibrary final : public ImageLibrary {
 public:
  explicit CudnnLibrary(cudaStream_t stream) : cudnn_(stream) {}

  bool convolution_forward(const Context& context, const ConvolutionShape& shape, const float* x,
                           const float* weight, float* y) override {
    return convolutions_.forward(context, cudnn_.get(), shape, x, weight, y);
  }
  bool convolution_backward(const Context& context, const ConvolutionShape& shape, const float* x,
                            const float* weight, const float* dy, float* dx,
                            float* dweight) override {
    return convolutions_.backward(context, cudnn_.get(), shape, x, weight, dy, dx, dweight);
  }
  bool batch_norm_forward(const Context& /*context*/, const BatchNormShape& shape,
                          Training training, const float* x, const float* weight, const float* bias,
                          float* running, float* saved, float* y) override {
    return batch_norms_.forward(cudnn_.get(), shape, training, x, weight, bias, running, saved, y);
  }
  bool batch_norm_backward(const Context& /*context*/, const BatchNormShape& shape, const float* x,
                           const float* weight, const float* saved, const float* dy, float* dx,
                           float* dweight, float* dbias) override {
    return batch_norms_.backward(cudnn_.get(), shape, x, weight, saved, dy, dx, dweight, dbias);
  }

 private:
  CudnnHandle cudnn_;
  CudnnConvolutions convolutions_;
  CudnnBatchNorms batch_norms_;
};

}  // namespace

std::unique_ptr<ImageLibrary> open_cudnn(cudaStream_t stream) {
  return std::make_unique<CudnnLibrary>(stream);
}

std::string cudnn_version() {
  const auto number = static_cast<int>(cudnnGetVersion());
  return fmt::format("cuDNN {}.{}.{}", number / 10000, number % 10000 / 100, number % 100);
}

}  // namespace palsim::cuda
