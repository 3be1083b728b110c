#include <limits>

#include "real/cuda/images/planes.cuh"
#include "real/cuda/images/pooling.hpp"
#include "real/cuda/images/window.cuh"
#include "real/cuda/launch.cuh"
#include "real/cuda/team.cuh"

namespace palsim::cuda {
namespace {

constexpr float lowest = -std::numeric_limits<float>::infinity();

// Calls each(input) for what output `pixel` sees, row by row. With the kernel's size known
// (`fixed_kernel`; else 0) all of it is loaded at once.
template <int fixed_kernel, class Each>
__device__ void for_each_seen(const Window& window, unsigned pixel, Each each) {
  const int kernel = fixed_kernel > 0 ? fixed_kernel : window.kernel;
  const Pixel output = pixel_at(pixel, window.out_width);
  const int top = output.row * window.stride - window.padding;
  const int left = output.column * window.stride - window.padding;
  for (int ky = 0; ky < kernel; ++ky) {
    for (int kx = 0; kx < kernel; ++kx) {
      const int row = top + ky;
      const int column = left + kx;
      if (row < 0 || row >= window.in_height || column < 0 || column >= window.in_width) continue;
      each(row * window.in_width + column);
    }
  }
}

// Calls each(output) for those that see input `pixel`, row by row.
template <class Each>
__device__ void for_each_seer(const Window& window, unsigned pixel, Each each) {
  const Pixel input = pixel_at(pixel, window.in_width);
  const Range rows = seen_by(window, input.row, window.out_height);
  const Range columns = seen_by(window, input.column, window.out_width);
  for (int row = rows.first; row < rows.last; ++row) {
    for (int column = columns.first; column < columns.last; ++column) {
      each(row * window.out_width + column);
    }
  }
}

template <int fixed_kernel>
__global__ void max_forward(std::int64_t planes, Window window, const float* __restrict__ x,
                            float* __restrict__ y, std::int32_t* __restrict__ places) {
  for_each_pixel(planes, window.out_pixels(), [&](std::int64_t plane, unsigned pixel) {
    const float* from = x + plane * window.in_pixels();
    float best = lowest;
    int place = -1;
    for_each_seen<fixed_kernel>(window, pixel, [&](int input) {
      const float value = __ldg(from + input);
      // A pixel of minus infinity is a pixel all the same, and not-a-number beats any.
      const bool take = value > best || value != value || place < 0;
      best = take ? value : best;
      place = take ? input : place;
    });
    const std::int64_t output = plane * window.out_pixels() + pixel;
    y[output] = best;
    places[output] = place;
  });
}

__global__ void max_backward(std::int64_t planes, Window window,
                             const std::int32_t* __restrict__ places, const float* __restrict__ dy,
                             float* __restrict__ dx) {
  for_each_pixel(planes, window.in_pixels(), [&](std::int64_t plane, unsigned pixel) {
    const std::int64_t first = plane * window.out_pixels();
    float sum = 0;
    for_each_seer(window, pixel, [&](int output) {
      if (__ldg(places + first + output) == static_cast<int>(pixel)) {
        sum += __ldg(dy + first + output);
      }
    });
    dx[plane * window.in_pixels() + pixel] = sum;
  });
}

template <int fixed_kernel>
__global__ void average_forward(std::int64_t planes, Window window, const float* __restrict__ x,
                                float* __restrict__ y) {
  const float count = static_cast<float>(window.kernel * window.kernel);
  for_each_pixel(planes, window.out_pixels(), [&](std::int64_t plane, unsigned pixel) {
    const float* from = x + plane * window.in_pixels();
    float sum = 0;
    for_each_seen<fixed_kernel>(window, pixel, [&](int input) { sum += __ldg(from + input); });
    y[plane * window.out_pixels() + pixel] = sum / count;
  });
}

__global__ void average_backward(std::int64_t planes, Window window, const float* __restrict__ dy,
                                 float* __restrict__ dx) {
  const float count = static_cast<float>(window.kernel * window.kernel);
  for_each_pixel(planes, window.in_pixels(), [&](std::int64_t plane, unsigned pixel) {
    const float* from = dy + plane * window.out_pixels();
    float sum = 0;
    for_each_seer(window, pixel, [&](int output) { sum += __ldg(from + output) / count; });
    dx[plane * window.in_pixels() + pixel] = sum;
  });
}

// Launches forward<kernel>, or forward<0>.
template <class Two, class Three, class Any>
auto with_kernel(std::int64_t kernel, Two two, Three three, Any any) {
  if (kernel == 2) return two;
  return kernel == 3 ? three : any;
}

struct Shares {
  int in_height;
  int in_width;
  int output;

  __host__ __device__ std::int64_t in_pixels() const {
    return static_cast<std::int64_t>(in_height) * in_width;
  }
  __host__ __device__ std::int64_t out_pixels() const {
    return static_cast<std::int64_t>(output) * output;
  }
};

// The inputs that output `i` is the mean of; or with `in` and `out` exchanged, the outputs that
// input `i` is part of.
__device__ Range share(int i, int in, int out) {
  return {static_cast<int>(static_cast<std::int64_t>(i) * in / out),
          static_cast<int>(((static_cast<std::int64_t>(i) + 1) * in + out - 1) / out)};
}

__device__ int length(const Range& range) { return range.last - range.first; }

__global__ void adaptive_forward(std::int64_t planes, Shares shares, const float* __restrict__ x,
                                 float* __restrict__ y) {
  for_each_pixel(planes, shares.out_pixels(), [&](std::int64_t plane, unsigned pixel) {
    const Pixel output = pixel_at(pixel, shares.output);
    const Range rows = share(output.row, shares.in_height, shares.output);
    const Range columns = share(output.column, shares.in_width, shares.output);
    const float* from = x + plane * shares.in_pixels();
    float sum = 0;
    for (int row = rows.first; row < rows.last; ++row) {
      for (int column = columns.first; column < columns.last; ++column) {
        sum += __ldg(from + row * shares.in_width + column);
      }
    }
    y[plane * shares.out_pixels() + pixel] =
        sum / static_cast<float>(length(rows) * length(columns));
  });
}

constexpr int warps_per_block = 8;

// Large shares: a warp for each, so that neighbouring lanes read neighbouring pixels.
__global__ void adaptive_forward_by_warps(std::int64_t outputs, Shares shares,
                                          const float* __restrict__ x, float* __restrict__ y) {
  const std::int64_t output = static_cast<std::int64_t>(blockIdx.x) * warps_per_block + threadIdx.y;
  if (output >= outputs) return;  // the whole warp
  const std::int64_t plane = output / shares.out_pixels();
  const Pixel at =
      pixel_at(static_cast<unsigned>(output - plane * shares.out_pixels()), shares.output);
  const Range rows = share(at.row, shares.in_height, shares.output);
  const Range columns = share(at.column, shares.in_width, shares.output);
  const float* from = x + plane * shares.in_pixels();
  const int count = length(rows) * length(columns);
  float sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += warp_lanes) {
    const Pixel inside = pixel_at(static_cast<unsigned>(i), length(columns));
    sum +=
        __ldg(from + (rows.first + inside.row) * shares.in_width + columns.first + inside.column);
  }
  sum = joined_in_team<warp_lanes>(sum, Sum{});
  if (threadIdx.x == 0) y[output] = sum / static_cast<float>(count);
}

__global__ void adaptive_backward(std::int64_t planes, Shares shares, const float* __restrict__ dy,
                                  float* __restrict__ dx) {
  for_each_pixel(planes, shares.in_pixels(), [&](std::int64_t plane, unsigned pixel) {
    const Pixel input = pixel_at(pixel, shares.in_width);
    const Range rows = share(input.row, shares.output, shares.in_height);
    const Range columns = share(input.column, shares.output, shares.in_width);
    const float* from = dy + plane * shares.out_pixels();
    float sum = 0;
    for (int row = rows.first; row < rows.last; ++row) {
      const int height = length(share(row, shares.in_height, shares.output));
      for (int column = columns.first; column < columns.last; ++column) {
        const int width = length(share(column, shares.in_width, shares.output));
        sum += __ldg(from + row * shares.output + column) / static_cast<float>(height * width);
      }
    }
    dx[plane * shares.in_pixels() + pixel] = sum;
  });
}

Shares shares_of(const AdaptivePoolingShape& shape) {
  return {static_cast<int>(shape.in_height), static_cast<int>(shape.in_width),
          static_cast<int>(shape.output)};
}

}  // namespace

void max_pooling_forward(const Context& context, const PoolingShape& shape, const float* x,
                         float* y, std::int32_t* places) {
  if (2 * shape.padding > shape.kernel) fail("max pooling is padded by more than half its kernel");
  const Window window = window_of(shape);
  const std::int64_t planes = shape.samples * shape.channels;
  launch(context, with_kernel(shape.kernel, max_forward<2>, max_forward<3>, max_forward<0>),
         plane_grid(planes, window.out_pixels()), planes, window, x, y, places);
}

void max_pooling_backward(const Context& context, const PoolingShape& shape,
                          const std::int32_t* places, const float* dy, float* dx) {
  if (dx == nullptr) return;
  const Window window = window_of(shape);
  const std::int64_t planes = shape.samples * shape.channels;
  launch(context, max_backward, plane_grid(planes, window.in_pixels()), planes, window, places, dy,
         dx);
}

void average_pooling_forward(const Context& context, const PoolingShape& shape, const float* x,
                             float* y) {
  const Window window = window_of(shape);
  const std::int64_t planes = shape.samples * shape.channels;
  launch(context,
         with_kernel(shape.kernel, average_forward<2>, average_forward<3>, average_forward<0>),
         plane_grid(planes, window.out_pixels()), planes, window, x, y);
}

void average_pooling_backward(const Context& context, const PoolingShape& shape, const float* dy,
                              float* dx) {
  if (dx == nullptr) return;
  const Window window = window_of(shape);
  const std::int64_t planes = shape.samples * shape.channels;
  launch(context, average_backward, plane_grid(planes, window.in_pixels()), planes, window, dy, dx);
}

void adaptive_pooling_forward(const Context& context, const AdaptivePoolingShape& shape,
                              const float* x, float* y) {
  const Shares shares = shares_of(shape);
  const std::int64_t planes = shape.samples * shape.channels;
  if (shares.in_pixels() < warp_lanes * shares.out_pixels()) {
    launch(context, adaptive_forward, plane_grid(planes, shares.out_pixels()), planes, shares, x,
           y);
    return;
  }
  const std::int64_t outputs = planes * shares.out_pixels();
  launch(context, adaptive_forward_by_warps,
         Grid{{static_cast<unsigned>(ceil_div(outputs, warps_per_block)), 1, 1},
              {warp_lanes, warps_per_block, 1}},
         outputs, shares, x, y);
}

void adaptive_pooling_backward(const Context& context, const AdaptivePoolingShape& shape,
                               const float* dy, float* dx) {
  if (dx == nullptr) return;
  const Shares shares = shares_of(shape);
  const std::int64_t planes = shape.samples * shape.channels;
  launch(context, adaptive_backward, plane_grid(planes, shares.in_pixels()), planes, shares, dy,
         dx);
}

}  // namespace palsim::cuda
