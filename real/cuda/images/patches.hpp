// What a convolution's outputs see of its input, laid out as an operand of a matrix product
// (im2col): a row for each weight of a filter (channel, then its row and column), a column for each
// output pixel of a block.
#pragma once

#include <cstdint>
#include <vector>

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

// Output rows [first_row, first_row + rows) of each of some samples: all rows, or of one sample.
struct PatchBlock {
  std::int64_t first_sample = 0;
  std::int64_t samples = 1;
  std::int64_t first_row = 0;
  std::int64_t rows = 0;

  std::int64_t pixels(const ConvolutionShape& shape) const {
    return samples * rows * shape.out_width();
  }
};

inline std::int64_t filter_size(const ConvolutionShape& shape) {
  return shape.in_channels * shape.kernel * shape.kernel;
}

// The whole batch in order, in blocks of at most `most_pixels`, but at least one output row.
std::vector<PatchBlock> patch_blocks(const ConvolutionShape& shape, std::int64_t most_pixels);

// patches: filter_size x pixels, row-major.
void gather_patches(const Context& context, const ConvolutionShape& shape, const PatchBlock& block,
                    const float* x, float* patches);

// For each input pixel of the block's samples, what the patches' gradients say of it, in a fixed
// order. A sample's first block of rows overwrites dx, later ones add to it.
void gather_input_gradient(const Context& context, const ConvolutionShape& shape,
                           const PatchBlock& block, const float* patches, float* dx);

// Of a block of whole samples: from samples x channels x pixels, as in dy, to channels x pixels.
void gather_outputs(const Context& context, const ConvolutionShape& shape, const PatchBlock& block,
                    const float* dy, float* gathered);

}  // namespace palsim::cuda
