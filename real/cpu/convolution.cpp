#include "real/cpu/convolution.hpp"

#include <Eigen/Core>
#include <algorithm>

#include "real/cpu/grid_convolution.hpp"
#include "real/cpu/patches.hpp"

namespace palsim::cpu {
namespace {

// Patches should stay in a core's second-level cache from when they are written to when they are
// read; but a product over few pixels spends its time on rearranging the weights.
constexpr std::int64_t cached_bytes = 512 * 1024;
constexpr std::int64_t enough_pixels = 256;

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using Tensor = Eigen::Map<RowMajor<T>, 0, Eigen::OuterStride<>>;
template <class T>
using ConstTensor = Eigen::Map<const RowMajor<T>, 0, Eigen::OuterStride<>>;

template <class T>
Tensor<T> matrix(T* data, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  return {data, rows, columns, Eigen::OuterStride<>(stride)};
}
template <class T>
ConstTensor<T> matrix(const T* data, std::int64_t rows, std::int64_t columns, std::int64_t stride) {
  return {data, rows, columns, Eigen::OuterStride<>(stride)};
}

// A pixel sees itself alone: the image is its own matrix of patches.
bool is_pointwise(const ConvolutionShape& shape) {
  return shape.kernel == 1 && shape.stride == 1 && shape.padding == 0;
}

template <class T>
std::vector<PixelBlock> blocks_of(const ConvolutionShape& shape) {
  const std::int64_t image = shape.out_height() * shape.out_width();
  if (is_pointwise(shape) && image >= enough_pixels) return pixel_blocks(shape, image);
  const auto fitting = cached_bytes / (static_cast<std::int64_t>(sizeof(T)) * filter_size(shape));
  return pixel_blocks(shape, std::max(fitting, enough_pixels));
}

// The products of one block, and where its operands are.
template <class T>
class BlockProducts {
 public:
  BlockProducts(const ConvolutionShape& shape, const PixelBlock& block, std::vector<T>& scratch)
      : shape_(shape),
        block_(block),
        pixels_(pixels(shape, block)),
        image_(shape.out_height() * shape.out_width()),
        filter_(filter_size(shape)),
        in_place_(is_pointwise(shape) && block.samples == 1) {
    const std::int64_t laid_out = in_place_ ? 0 : filter_ * pixels_;
    const std::int64_t gathered = block.samples == 1 ? 0 : shape.out_channels * pixels_;
    const auto needed = static_cast<std::size_t>(laid_out + gathered);
    if (scratch.size() < needed) scratch.resize(needed);
    patches_ = scratch.data();
    gathered_ = patches_ + laid_out;
  }

  void forward(const T* x, const T* weight, const T* bias, T* y) {
    const ConstTensor<T> filters = matrix(weight, shape_.out_channels, filter_, filter_);
    const ConstTensor<T> seen = patches(x);
    T* first = y + first_output();
    Tensor<T> out = block_.samples == 1 ? matrix(first, shape_.out_channels, pixels_, image_)
                                        : matrix(gathered_, shape_.out_channels, pixels_, pixels_);
    for (std::int64_t channel = 0; channel < shape_.out_channels; ++channel) {
      out.row(channel).setConstant(bias == nullptr ? T{0} : bias[channel]);
    }
    out.noalias() += filters * seen;
    if (block_.samples > 1) {
      for_each_plane([&](std::int64_t gathered, std::int64_t spread) {
        std::copy_n(gathered_ + gathered, image_, first + spread);
      });
    }
  }

  // dx holds zeros, or of a block of its own only what is to be overwritten.
  void add_input_gradient(const T* weight, const T* dy, T* dx) {
    const ConstTensor<T> filters = matrix(weight, shape_.out_channels, filter_, filter_);
    const ConstTensor<T> dout = outputs(dy);
    if (in_place_) {
      matrix(dx + first_input(), filter_, pixels_, image_).noalias() = filters.transpose() * dout;
      return;
    }
    matrix(patches_, filter_, pixels_, pixels_).noalias() = filters.transpose() * dout;
    scatter_patches(shape_, block_, patches_, dx);
  }

  void add_weight_gradient(const T* x, const T* dy, T* dweight) {
    matrix(dweight, shape_.out_channels, filter_, filter_).noalias() +=
        outputs(dy) * patches(x).transpose();
  }

 private:
  std::int64_t first_output() const {
    return block_.first_sample * shape_.out_channels * image_ +
           block_.first_row * shape_.out_width();
  }
  // Of a block of a pointwise convolution.
  std::int64_t first_input() const {
    return block_.first_sample * shape_.in_channels * image_ +
           block_.first_row * shape_.out_width();
  }

  ConstTensor<T> patches(const T* x) {
    if (in_place_) return matrix(x + first_input(), filter_, pixels_, image_);
    gather_patches(shape_, block_, x, patches_);
    return matrix(static_cast<const T*>(patches_), filter_, pixels_, pixels_);
  }

  ConstTensor<T> outputs(const T* dy) {
    const T* first = dy + first_output();
    if (block_.samples == 1) return matrix(first, shape_.out_channels, pixels_, image_);
    for_each_plane([&](std::int64_t gathered, std::int64_t spread) {
      std::copy_n(first + spread, image_, gathered_ + gathered);
    });
    return matrix(static_cast<const T*>(gathered_), shape_.out_channels, pixels_, pixels_);
  }

  // Between outputs gathered as channels x (samples x pixels) and the tensor's own order.
  template <class Move>
  void for_each_plane(Move move) const {
    for (std::int64_t sample = 0; sample < block_.samples; ++sample) {
      for (std::int64_t channel = 0; channel < shape_.out_channels; ++channel) {
        move(channel * pixels_ + sample * image_,
             (sample * shape_.out_channels + channel) * image_);
      }
    }
  }

  const ConvolutionShape& shape_;
  const PixelBlock& block_;
  std::int64_t pixels_;
  std::int64_t image_;
  std::int64_t filter_;
  bool in_place_;
  T* patches_ = nullptr;
  T* gathered_ = nullptr;
};

template <class T>
void add_channel_sums(const ConvolutionShape& shape, const T* dy, T* dbias) {
  const std::int64_t image = shape.out_height() * shape.out_width();
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    for (std::int64_t channel = 0; channel < shape.out_channels; ++channel, dy += image) {
      dbias[channel] += matrix(dy, 1, image, image).sum();
    }
  }
}

}  // namespace

template <class T>
void convolution_forward(const ConvolutionShape& shape, const T* x, const T* weight, const T* bias,
                         T* y, std::vector<T>& scratch) {
  if (suits_grid<T>(shape)) {
    grid_convolution(shape, x, weight, bias, y, scratch);
    return;
  }
  for (const PixelBlock& block : blocks_of<T>(shape)) {
    BlockProducts<T>(shape, block, scratch).forward(x, weight, bias, y);
  }
}

template <class T>
void convolution_backward(const ConvolutionShape& shape, const T* x, const T* weight, const T* dy,
                          T* dx, T* dweight, T* dbias, std::vector<T>& scratch) {
  if (dbias != nullptr) add_channel_sums(shape, dy, dbias);
  const std::vector<PixelBlock> blocks = blocks_of<T>(shape);
  if (weight_gradient_suits_grid<T>(shape)) {
    grid_weight_gradient(shape, x, dy, dweight, scratch);
  } else {
    for (const PixelBlock& block : blocks) {
      BlockProducts<T>(shape, block, scratch).add_weight_gradient(x, dy, dweight);
    }
  }
  if (dx == nullptr) return;
  if (suits_grid<T>(shape)) {
    grid_input_gradient(shape, weight, dy, dx, scratch);
    return;
  }
  std::fill_n(dx, shape.samples * shape.in_channels * shape.in_height * shape.in_width, T{0});
  for (const PixelBlock& block : blocks) {
    BlockProducts<T>(shape, block, scratch).add_input_gradient(weight, dy, dx);
  }
}

template void convolution_forward(const ConvolutionShape&, const float*, const float*, const float*,
                                  float*, std::vector<float>&);
template void convolution_forward(const ConvolutionShape&, const double*, const double*,
                                  const double*, double*, std::vector<double>&);
template void convolution_backward(const ConvolutionShape&, const float*, const float*,
                                   const float*, float*, float*, float*, std::vector<float>&);
template void convolution_backward(const ConvolutionShape&, const double*, const double*,
                                   const double*, double*, double*, double*, std::vector<double>&);

}  // namespace palsim::cpu
