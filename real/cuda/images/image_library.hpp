// A library that knows convolution and batch norm, cuDNN, beside our own way. A build without it
// links another file that defines open_cudnn.
#pragma once

#include <memory>
#include <string>

#include "real/cuda/context.hpp"
#include "real/device/layer_kernels.hpp"

namespace palsim::cuda {

// The signatures are those of LayerKernels, but for a convolution's bias, which is added by our own
// kernels either way. What returns false does not take this shape: nothing was done.
class ImageLibrary {
 public:
  virtual ~ImageLibrary() = default;

  [[nodiscard]] virtual bool convolution_forward(const Context& context,
                                                 const ConvolutionShape& shape, const float* x,
                                                 const float* weight, float* y) = 0;
  [[nodiscard]] virtual bool convolution_backward(const Context& context,
                                                  const ConvolutionShape& shape, const float* x,
                                                  const float* weight, const float* dy, float* dx,
                                                  float* dweight) = 0;
  [[nodiscard]] virtual bool batch_norm_forward(const Context& context, const BatchNormShape& shape,
                                                Training training, const float* x,
                                                const float* weight, const float* bias,
                                                float* running, float* saved, float* y) = 0;
  [[nodiscard]] virtual bool batch_norm_backward(const Context& context,
                                                 const BatchNormShape& shape, const float* x,
                                                 const float* weight, const float* saved,
                                                 const float* dy, float* dx, float* dweight,
                                                 float* dbias) = 0;
};

// Null in a build without cuDNN.
std::unique_ptr<ImageLibrary> open_cudnn(cudaStream_t stream);

// "cuDNN 9.19.0", or that there is none.
std::string cudnn_version();

}  // namespace palsim::cuda
