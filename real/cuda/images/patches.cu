#include <algorithm>

#include "real/cuda/images/patches.hpp"
#include "real/cuda/images/planes.cuh"
#include "real/cuda/images/window.cuh"
#include "real/cuda/launch.cuh"

namespace palsim::cuda {
namespace {

// A block's place in its batch, for kernels; planes are samples x channels.
struct Rows {
  std::int64_t planes;
  std::int64_t channels;
  std::int64_t samples;
  int first_row;
  int count;
};

Rows rows_of(const PatchBlock& block, std::int64_t channels) {
  return {block.samples * channels, channels, block.samples, static_cast<int>(block.first_row),
          static_cast<int>(block.rows)};
}

struct Plane {
  std::int64_t sample;
  std::int64_t channel;
};
__device__ Plane plane_at(std::int64_t plane, std::int64_t channels) {
  const std::int64_t sample = plane / channels;
  return {sample, plane - sample * channels};
}

// A thread for each output pixel of each input channel.
__global__ void gather(Rows rows, Window window, const float* __restrict__ x,
                       float* __restrict__ patches) {
  const std::int64_t pixels = static_cast<std::int64_t>(rows.count) * window.out_width;
  const std::int64_t columns = rows.samples * pixels;
  for_each_pixel(rows.planes, pixels, [&](std::int64_t index, unsigned pixel) {
    const Plane plane = plane_at(index, rows.channels);
    const Pixel output = pixel_at(pixel, window.out_width);
    const int top = (rows.first_row + output.row) * window.stride - window.padding;
    const int left = output.column * window.stride - window.padding;
    const float* from = x + index * window.in_pixels();
    float* to = patches + plane.channel * window.kernel * window.kernel * columns +
                plane.sample * pixels + pixel;
    for (int row = top; row < top + window.kernel; ++row) {
      for (int column = left; column < left + window.kernel; ++column, to += columns) {
        const bool inside =
            row >= 0 && row < window.in_height && column >= 0 && column < window.in_width;
        *to = inside ? __ldg(from + row * window.in_width + column) : 0;
      }
    }
  });
}

// A thread for each input pixel.
__global__ void gather_back(Rows rows, Window window, const float* __restrict__ patches,
                            float* __restrict__ dx) {
  const std::int64_t pixels = static_cast<std::int64_t>(rows.count) * window.out_width;
  const std::int64_t columns = rows.samples * pixels;
  for_each_pixel(rows.planes, window.in_pixels(), [&](std::int64_t index, unsigned pixel) {
    const Plane plane = plane_at(index, rows.channels);
    const Pixel input = pixel_at(pixel, window.in_width);
    const Range all_rows = seen_by(window, input.row, window.out_height);
    const Range seen_columns = seen_by(window, input.column, window.out_width);
    const int last_row = rows.first_row + rows.count;
    const Range seen_rows = {all_rows.first < rows.first_row ? rows.first_row : all_rows.first,
                             all_rows.last < last_row ? all_rows.last : last_row};
    const float* from =
        patches + plane.channel * window.kernel * window.kernel * columns + plane.sample * pixels;
    float sum = 0;
    for (int row = seen_rows.first; row < seen_rows.last; ++row) {
      const int kernel_row = input.row + window.padding - row * window.stride;
      for (int column = seen_columns.first; column < seen_columns.last; ++column) {
        const int kernel_column = input.column + window.padding - column * window.stride;
        sum += __ldg(from + (kernel_row * window.kernel + kernel_column) * columns +
                     (row - rows.first_row) * window.out_width + column);
      }
    }
    const std::int64_t at = index * window.in_pixels() + pixel;
    dx[at] = rows.first_row == 0 ? sum : dx[at] + sum;
  });
}

__global__ void gather_planes(Rows rows, Window window, const float* __restrict__ dy,
                              float* __restrict__ gathered) {
  const std::int64_t pixels = static_cast<std::int64_t>(rows.count) * window.out_width;
  for_each_pixel(rows.planes, pixels, [&](std::int64_t index, unsigned pixel) {
    const Plane plane = plane_at(index, rows.channels);
    gathered[(plane.channel * rows.samples + plane.sample) * pixels + pixel] =
        __ldg(dy + index * window.out_pixels() + pixel);
  });
}

}  // namespace

std::vector<PatchBlock> patch_blocks(const ConvolutionShape& shape, std::int64_t most_pixels) {
  const std::int64_t height = shape.out_height();
  const std::int64_t most_rows = std::max<std::int64_t>(1, most_pixels / shape.out_width());
  std::vector<PatchBlock> blocks;
  if (most_rows >= height) {
    const std::int64_t together = most_rows / height;
    for (std::int64_t sample = 0; sample < shape.samples; sample += together) {
      blocks.push_back({sample, std::min(together, shape.samples - sample), 0, height});
    }
    return blocks;
  }
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    for (std::int64_t row = 0; row < height; row += most_rows) {
      blocks.push_back({sample, 1, row, std::min(most_rows, height - row)});
    }
  }
  return blocks;
}

void gather_patches(const Context& context, const ConvolutionShape& shape, const PatchBlock& block,
                    const float* x, float* patches) {
  const Window window = window_of(shape);
  const Rows rows = rows_of(block, shape.in_channels);
  const float* first = x + block.first_sample * shape.in_channels * window.in_pixels();
  launch(context, gather, plane_grid(rows.planes, block.rows * window.out_width), rows, window,
         first, patches);
}

void gather_input_gradient(const Context& context, const ConvolutionShape& shape,
                           const PatchBlock& block, const float* patches, float* dx) {
  const Window window = window_of(shape);
  const Rows rows = rows_of(block, shape.in_channels);
  float* first = dx + block.first_sample * shape.in_channels * window.in_pixels();
  launch(context, gather_back, plane_grid(rows.planes, window.in_pixels()), rows, window, patches,
         first);
}

void gather_outputs(const Context& context, const ConvolutionShape& shape, const PatchBlock& block,
                    const float* dy, float* gathered) {
  const Window window = window_of(shape);
  const Rows rows = rows_of(block, shape.out_channels);
  const float* first = dy + block.first_sample * shape.out_channels * window.out_pixels();
  launch(context, gather_planes, plane_grid(rows.planes, block.rows * window.out_width), rows,
         window, first, gathered);
}

}  // namespace palsim::cuda
