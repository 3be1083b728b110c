#include "real/cpu/patches.hpp"

#include <algorithm>

#include "real/cpu/window.hpp"

namespace palsim::cpu {
namespace {

// Calls run(row of a patch matrix, input row or null, columns seen) for each run of pixels along an
// output row; `image` is the block's first sample.
template <class Image, class Patch, class Run>
void for_each_run(const ConvolutionShape& shape, const PixelBlock& block, Image* image,
                  Patch* patches, Run run) {
  const std::int64_t width = shape.out_width();
  const Axis across{shape.in_width, width, shape.stride, shape.padding};
  const std::int64_t channel_size = shape.in_height * shape.in_width;
  for (std::int64_t channel = 0; channel < shape.in_channels; ++channel) {
    for (std::int64_t ky = 0; ky < shape.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < shape.kernel; ++kx) {
        const Seen seen = seen_through(across, kx);
        for (std::int64_t sample = 0; sample < block.samples; ++sample) {
          Image* plane = image + (sample * shape.in_channels + channel) * channel_size;
          for (std::int64_t row = 0; row < block.rows; ++row, patches += width) {
            const std::int64_t in_row = (block.first_row + row) * shape.stride + ky - shape.padding;
            const bool inside = in_row >= 0 && in_row < shape.in_height;
            run(patches, inside ? plane + in_row * shape.in_width : nullptr, seen);
          }
        }
      }
    }
  }
}

}  // namespace

std::vector<PixelBlock> pixel_blocks(const ConvolutionShape& shape, std::int64_t most_pixels) {
  const std::int64_t height = shape.out_height();
  const std::int64_t image = height * shape.out_width();
  std::vector<PixelBlock> blocks;
  if (image <= most_pixels) {
    const std::int64_t together = most_pixels / image;
    for (std::int64_t sample = 0; sample < shape.samples; sample += together) {
      blocks.push_back({.first_sample = sample,
                        .samples = std::min(together, shape.samples - sample),
                        .first_row = 0,
                        .rows = height});
    }
    return blocks;
  }
  const std::int64_t rows = std::max<std::int64_t>(1, most_pixels / shape.out_width());
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    for (std::int64_t row = 0; row < height; row += rows) {
      blocks.push_back({.first_sample = sample,
                        .samples = 1,
                        .first_row = row,
                        .rows = std::min(rows, height - row)});
    }
  }
  return blocks;
}

template <class T>
void gather_patches(const ConvolutionShape& shape, const PixelBlock& block, const T* x,
                    T* patches) {
  const std::int64_t width = shape.out_width();
  const std::int64_t stride = shape.stride;
  const T* image = x + block.first_sample * shape.in_channels * shape.in_height * shape.in_width;
  for_each_run(shape, block, image, patches, [=](T* to, const T* from, const Seen& seen) {
    if (from == nullptr) {
      std::fill_n(to, width, T{0});
      return;
    }
    std::fill_n(to, seen.first, T{0});
    if (stride == 1) {
      std::copy_n(from + seen.first + seen.shift, seen.last - seen.first, to + seen.first);
    } else {
      for (std::int64_t pixel = seen.first; pixel < seen.last; ++pixel) {
        to[pixel] = from[pixel * stride + seen.shift];
      }
    }
    std::fill_n(to + seen.last, width - seen.last, T{0});
  });
}

template <class T>
void scatter_patches(const ConvolutionShape& shape, const PixelBlock& block, const T* patches,
                     T* dx) {
  const std::int64_t stride = shape.stride;
  T* image = dx + block.first_sample * shape.in_channels * shape.in_height * shape.in_width;
  for_each_run(shape, block, image, patches, [=](const T* from, T* to, const Seen& seen) {
    if (to == nullptr) return;
    if (stride == 1) {
      for (std::int64_t pixel = seen.first; pixel < seen.last; ++pixel) {
        to[pixel + seen.shift] += from[pixel];
      }
    } else {
      for (std::int64_t pixel = seen.first; pixel < seen.last; ++pixel) {
        to[pixel * stride + seen.shift] += from[pixel];
      }
    }
  });
}

template void gather_patches(const ConvolutionShape&, const PixelBlock&, const float*, float*);
template void gather_patches(const ConvolutionShape&, const PixelBlock&, const double*, double*);
template void scatter_patches(const ConvolutionShape&, const PixelBlock&, const float*, float*);
template void scatter_patches(const ConvolutionShape&, const PixelBlock&, const double*, double*);

}  // namespace palsim::cpu
