// What a convolution's outputs see of its input, laid out as the right-hand side of a matrix
// product (im2col): a row for each weight of a filter (channel, then its row and column), a column
// for each output pixel. A batch is worked off in blocks of pixels, so that the matrix stays in the
// cache.
#pragma once

#include <cstdint>
#include <vector>

#include "real/device/shapes.hpp"

namespace palsim::cpu {

// Output rows [first_row, first_row + rows) of each of some samples: all rows, or of one sample.
struct PixelBlock {
  std::int64_t first_sample = 0;
  std::int64_t samples = 1;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
};

inline std::int64_t filter_size(const ConvolutionShape& shape) {
  return shape.in_channels * shape.kernel * shape.kernel;
}

inline std::int64_t pixels(const ConvolutionShape& shape, const PixelBlock& block) {
  return block.samples * block.rows * shape.out_width();
}

// The whole batch in order, in blocks of about `most_pixels`, but at least one output row; the
// first is none smaller than the others.
std::vector<PixelBlock> pixel_blocks(const ConvolutionShape& shape, std::int64_t most_pixels);

// patches: filter_size x pixels, row-major.
template <class T>
void gather_patches(const ConvolutionShape& shape, const PixelBlock& block, const T* x, T* patches);

// dx += what each patch's gradient says of each input pixel.
template <class T>
void scatter_patches(const ConvolutionShape& shape, const PixelBlock& block, const T* patches,
                     T* dx);

}  // namespace palsim::cpu
