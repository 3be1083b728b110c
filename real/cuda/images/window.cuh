// A window that slides over the pixels of a plane, for pooling and convolution. A plane has fewer
// than 2^31 pixels: their indices are divided in 32 bits, which costs a GPU far less.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace palsim::cuda {

struct Window {
  int in_height;
  int in_width;
  int out_height;
  int out_width;
  int kernel;
  int stride;
  int padding;

  __host__ __device__ std::int64_t in_pixels() const {
    return static_cast<std::int64_t>(in_height) * in_width;
  }
  __host__ __device__ std::int64_t out_pixels() const {
    return static_cast<std::int64_t>(out_height) * out_width;
  }
};

template <class Shape>
Window window_of(const Shape& shape) {
  return {static_cast<int>(shape.in_height),    static_cast<int>(shape.in_width),
          static_cast<int>(shape.out_height()), static_cast<int>(shape.out_width()),
          static_cast<int>(shape.kernel),       static_cast<int>(shape.stride),
          static_cast<int>(shape.padding)};
}

struct Pixel {
  int row;
  int column;
};
__device__ inline Pixel pixel_at(unsigned index, int width) {
  const unsigned row = index / static_cast<unsigned>(width);
  return {static_cast<int>(row), static_cast<int>(index - row * static_cast<unsigned>(width))};
}

// [first, last)
struct Range {
  int first;
  int last;
};

// Which of `out` outputs see the input at `place`, along one axis.
__device__ inline Range seen_by(const Window& window, int place, int out) {
  const int padded = place + window.padding;
  const int first = padded < window.kernel ? 0 : (padded - window.kernel) / window.stride + 1;
  const int last = padded / window.stride + 1;
  return {first, last < out ? last : out};
}

}  // namespace palsim::cuda
