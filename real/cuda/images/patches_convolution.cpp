#include "real/cuda/images/patches_convolution.hpp"

#include "real/cuda/images/patches.hpp"
#include "real/cuda/matrix_product.hpp"

namespace palsim::cuda {
namespace {

// Each pixel sees itself alone: an image is its own matrix of patches.
bool is_pointwise(const ConvolutionShape& shape) {
  return shape.kernel == 1 && shape.stride == 1 && shape.padding == 0;
}

std::int64_t image(const ConvolutionShape& shape) { return shape.out_height() * shape.out_width(); }

PatchBlock whole_batch(const ConvolutionShape& shape) {
  return {0, shape.samples, 0, shape.out_height()};
}

// The products of one block. Its patches are filter_size x pixels, or lie in the image itself; a
// sample's outputs are out_channels x its pixels.
class BlockProducts {
 public:
  BlockProducts(const Context& context, const ConvolutionShape& shape, const PatchBlock& block)
      : context_(context),
        shape_(shape),
        block_(block),
        filter_(filter_size(shape)),
        pixels_(block.pixels(shape)),
        pixels_of_sample_(pixels_ / block.samples),
        first_output_(block.first_sample * shape.out_channels * image(shape) +
                      block.first_row * shape.out_width()),
        first_input_(block.first_sample * shape.in_channels * image(shape) +
                     block.first_row * shape.out_width()) {}

  void forward(const float* x, const float* weight, float* y, float* scratch) const {
    Matrix<const float> patches{scratch, pixels_, pixels_of_sample_};
    if (is_pointwise(shape_)) {
      patches = in_image(x);
    } else {
      gather_patches(context_, shape_, block_, x, scratch);
    }
    multiply(context_, {shape_.out_channels, filter_, pixels_of_sample_, block_.samples},
             {{weight, filter_}}, {patches}, 0, outputs(y));
  }

  void input_gradient(const float* weight, const float* dy, float* dx, float* scratch) const {
    const ProductShape product{filter_, shape_.out_channels, pixels_of_sample_, block_.samples};
    const Factor filters = transposed({weight, filter_});
    if (is_pointwise(shape_)) {
      multiply(context_, product, filters, {outputs(dy)}, 0, in_image(dx));
      return;
    }
    multiply(context_, product, filters, {outputs(dy)}, 0, {scratch, pixels_, pixels_of_sample_});
    gather_input_gradient(context_, shape_, block_, scratch, dx);
  }

  // One product over all samples, so that there is no sum over samples to make after it.
  void add_weight_gradient(const float* x, const float* dy, float* dweight, float* scratch) const {
    const bool one_sample = block_.samples == 1;
    Matrix<const float> patches{scratch, pixels_};
    if (one_sample && is_pointwise(shape_)) {
      patches = in_image(x);
    } else {
      gather_patches(context_, shape_, block_, x, scratch);
    }
    Matrix<const float> gradients = outputs(dy);
    if (!one_sample) {
      float* gathered = scratch + filter_ * pixels_;
      gather_outputs(context_, shape_, block_, dy, gathered);
      gradients = {gathered, pixels_};
    }
    multiply(context_, {shape_.out_channels, pixels_, filter_}, {gradients}, transposed(patches), 1,
             {dweight, filter_});
  }

 private:
  template <class Number>
  Matrix<Number> outputs(Number* y) const {
    return {y + first_output_, image(shape_), shape_.out_channels * image(shape_)};
  }
  template <class Number>
  Matrix<Number> in_image(Number* x) const {
    return {x + first_input_, image(shape_), filter_ * image(shape_)};
  }

  const Context& context_;
  const ConvolutionShape& shape_;
  const PatchBlock& block_;
  std::int64_t filter_;
  std::int64_t pixels_;
  std::int64_t pixels_of_sample_;
  std::int64_t first_output_;
  std::int64_t first_input_;  // of a pointwise convolution
};

// Blocks with room for patches and gathered outputs in the scratch memory that is taken for them.
struct Blocks {
  std::vector<PatchBlock> blocks;
  float* scratch = nullptr;
};
Blocks blocks_in(const Context& context, const ConvolutionShape& shape, std::int64_t floats_a_pixel,
                 std::int64_t most_scratch) {
  Blocks cut{patch_blocks(shape, most_scratch / floats_a_pixel), nullptr};
  cut.scratch = context.scratch->take<float>(cut.blocks.front().pixels(shape) * floats_a_pixel);
  return cut;
}

bool is_empty(const ConvolutionShape& shape) {
  return shape.samples * shape.in_channels * shape.out_channels * image(shape) == 0;
}

}  // namespace

void patches_convolution_forward(const Context& context, const ConvolutionShape& shape,
                                 const float* x, const float* weight, float* y,
                                 std::int64_t most_scratch) {
  if (is_empty(shape)) return;
  if (is_pointwise(shape)) {
    BlockProducts(context, shape, whole_batch(shape)).forward(x, weight, y, nullptr);
  } else {
    const Blocks cut = blocks_in(context, shape, filter_size(shape), most_scratch);
    for (const PatchBlock& block : cut.blocks) {
      BlockProducts(context, shape, block).forward(x, weight, y, cut.scratch);
    }
  }
}

void patches_convolution_backward(const Context& context, const ConvolutionShape& shape,
                                  const float* x, const float* weight, const float* dy, float* dx,
                                  float* dweight, std::int64_t most_scratch) {
  if (is_empty(shape)) return;
  const Blocks cut =
      blocks_in(context, shape, filter_size(shape) + shape.out_channels, most_scratch);
  for (const PatchBlock& block : cut.blocks) {
    BlockProducts(context, shape, block).add_weight_gradient(x, dy, dweight, cut.scratch);
  }
  if (dx == nullptr) return;
  if (is_pointwise(shape)) {
    BlockProducts(context, shape, whole_batch(shape)).input_gradient(weight, dy, dx, nullptr);
    return;
  }
  for (const PatchBlock& block : cut.blocks) {
    BlockProducts(context, shape, block).input_gradient(weight, dy, dx, cut.scratch);
  }
}

}  // namespace palsim::cuda
