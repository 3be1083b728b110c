#include "real/cuda/images/batch_norm.hpp"

#include "real/cuda/images/image_library.hpp"
#include "real/cuda/images/own_batch_norm.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {

void batch_norm_forward(const Context& context, const BatchNormShape& shape, Training training,
                        const float* x, const float* weight, const float* bias, float* running,
                        float* saved, float* y) {
  require<InputError>(training == Training::no || shape.samples * shape.inner > 1,
                      "batch normalization of one number a channel; train on more samples");
  ImageLibrary* library = context.image_library;
  if (library != nullptr &&
      library->batch_norm_forward(context, shape, training, x, weight, bias, running, saved, y)) {
    return;
  }
  own_batch_norm_forward(context, shape, training, x, weight, bias, running, saved, y);
}

void batch_norm_backward(const Context& context, const BatchNormShape& shape, const float* x,
                         const float* weight, const float* saved, const float* dy, float* dx,
                         float* dweight, float* dbias) {
  ImageLibrary* library = context.image_library;
  if (library != nullptr &&
      library->batch_norm_backward(context, shape, x, weight, saved, dy, dx, dweight, dbias)) {
    return;
  }
  own_batch_norm_backward(context, shape, x, weight, saved, dy, dx, dweight, dbias);
}

}  // namespace palsim::cuda
