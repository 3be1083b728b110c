#include "real/cuda/images/convolution.hpp"

#include "real/cuda/images/channel_bias.hpp"
#include "real/cuda/images/image_library.hpp"
#include "real/cuda/images/patches_convolution.hpp"

namespace palsim::cuda {
namespace {

ChannelShape outputs_of(const ConvolutionShape& shape) {
  return {shape.samples, shape.out_channels, shape.out_height() * shape.out_width()};
}

}  // namespace

void convolution_forward(const Context& context, const ConvolutionShape& shape, const float* x,
                         const float* weight, const float* bias, float* y) {
  ImageLibrary* library = context.image_library;
  if (library == nullptr || !library->convolution_forward(context, shape, x, weight, y)) {
    patches_convolution_forward(context, shape, x, weight, y);
  }
  if (bias != nullptr) add_channel_bias(context, outputs_of(shape), bias, y);
}

void convolution_backward(const Context& context, const ConvolutionShape& shape, const float* x,
                          const float* weight, const float* dy, float* dx, float* dweight,
                          float* dbias) {
  ImageLibrary* library = context.image_library;
  if (library == nullptr ||
      !library->convolution_backward(context, shape, x, weight, dy, dx, dweight)) {
    patches_convolution_backward(context, shape, x, weight, dy, dx, dweight);
  }
  if (dbias != nullptr) add_channel_sums(context, outputs_of(shape), dy, dbias);
}

}  // namespace palsim::cuda
