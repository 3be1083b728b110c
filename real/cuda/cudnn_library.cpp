// cuDNN as an image library: one handle, on one worker's stream, and what is kept for each shape.
#include <cudnn.h>
#include <fmt/format.h>

#include "real/cuda/cudnn_batch_norm.hpp"
#include "real/cuda/cudnn_check.hpp"
#include "real/cuda/cudnn_convolution.hpp"
#include "real/cuda/image_library.hpp"

namespace palsim::cuda {
namespace {

class CudnnLibrary final : public ImageLibrary {
 public:
  explicit CudnnLibrary(cudaStream_t stream) {
    check(cudnnCreate(&cudnn_), "opening cuDNN");
    check(cudnnSetStream(cudnn_, stream), "giving cuDNN its stream");
  }
  ~CudnnLibrary() override {
    if (cudnn_ != nullptr) cudnnDestroy(cudnn_);
  }
  CudnnLibrary(const CudnnLibrary&) = delete;
  CudnnLibrary& operator=(const CudnnLibrary&) = delete;

  bool convolution_forward(const Context& context, const ConvolutionShape& shape, const float* x,
                           const float* weight, float* y) override {
    return convolutions_.forward(context, cudnn_, shape, x, weight, y);
  }
  bool convolution_backward(const Context& context, const ConvolutionShape& shape, const float* x,
                            const float* weight, const float* dy, float* dx,
                            float* dweight) override {
    return convolutions_.backward(context, cudnn_, shape, x, weight, dy, dx, dweight);
  }
  bool batch_norm_forward(const Context& /*context*/, const BatchNormShape& shape,
                          Training training, const float* x, const float* weight, const float* bias,
                          float* running, float* saved, float* y) override {
    return batch_norms_.forward(cudnn_, shape, training, x, weight, bias, running, saved, y);
  }
  bool batch_norm_backward(const Context& /*context*/, const BatchNormShape& shape, const float* x,
                           const float* weight, const float* saved, const float* dy, float* dx,
                           float* dweight, float* dbias) override {
    return batch_norms_.backward(cudnn_, shape, x, weight, saved, dy, dx, dweight, dbias);
  }

 private:
  cudnnHandle_t cudnn_ = nullptr;
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
