#include "real/cpu/pooling.hpp"

#include <algorithm>
#include <limits>

#include "real/cpu/window.hpp"
#include "sim/core/error.hpp"

namespace palsim::cpu {
namespace {

// Calls run(output row, input row, columns seen) for each output row and each place of the window
// from which it sees the input, first places first; rows count over all channels.
template <class Run>
void for_each_run(const PoolingShape& shape, Run run) {
  const std::int64_t height = shape.out_height();
  const Axis across{shape.in_width, shape.out_width(), shape.stride, shape.padding};
  for (std::int64_t channel = 0; channel < shape.samples * shape.channels; ++channel) {
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t ky = 0; ky < shape.kernel; ++ky) {
        const std::int64_t in_row = row * shape.stride + ky - shape.padding;
        if (in_row < 0 || in_row >= shape.in_height) continue;
        for (std::int64_t kx = 0; kx < shape.kernel; ++kx) {
          run(channel * height + row, channel * shape.in_height + in_row, seen_through(across, kx));
        }
      }
    }
  }
}

// With the stride known, the loops over a row take whole vectors.
template <class Body>
void with_stride(std::int64_t stride, Body body) {
  if (stride == 2) {
    body(std::integral_constant<std::int64_t, 2>());
  } else {
    body(stride);
  }
}

// Windows of 2 x 2 side by side, the usual case: no window overlaps another or the border, so that
// whole rows are compared, and each gradient is written once.
bool halves(const PoolingShape& shape) {
  return shape.kernel == 2 && shape.stride == 2 && shape.padding == 0;
}

// Calls row(first output, first input of the upper row, that input's place in its channel).
template <class Row>
void for_each_halved_row(const PoolingShape& shape, Row row) {
  const std::int64_t height = shape.out_height();
  for (std::int64_t channel = 0; channel < shape.samples * shape.channels; ++channel) {
    for (std::int64_t r = 0; r < height; ++r) {
      const std::int64_t place = 2 * r * shape.in_width;
      row((channel * height + r) * shape.out_width(),
          channel * shape.in_height * shape.in_width + place, place);
    }
  }
}

template <class T>
void halve(const PoolingShape& shape, const T* x, T* y, std::int32_t* places) {
  const auto width = static_cast<std::int32_t>(shape.in_width);
  const std::int64_t out_width = shape.out_width();
  for_each_halved_row(shape, [=](std::int64_t output, std::int64_t input, std::int64_t place) {
    const T* upper = x + input;
    const T* lower = upper + width;
    T* best = y + output;
    std::int32_t* best_place = places + output;
    const auto first = static_cast<std::int32_t>(place);
    for (std::int32_t pixel = 0; pixel < out_width; ++pixel) {
      T largest = upper[2 * pixel];
      std::int32_t at = first + 2 * pixel;
      const auto compare = [&](T value, std::int32_t where) {
        const bool take = value > largest || value != value;
        largest = take ? value : largest;
        at = take ? where : at;
      };
      const std::int32_t below = at + width;
      compare(upper[2 * pixel + 1], at + 1);
      compare(lower[2 * pixel], below);
      compare(lower[2 * pixel + 1], below + 1);
      best[pixel] = largest;
      best_place[pixel] = at;
    }
  });
}

template <class T>
void halve_backward(const PoolingShape& shape, const std::int32_t* places, const T* dy, T* dx) {
  const auto width = static_cast<std::int32_t>(shape.in_width);
  const std::int64_t out_width = shape.out_width();
  if (shape.in_height % 2 + shape.in_width % 2 > 0) {  // no window sees the last
    std::fill_n(dx, shape.samples * shape.channels * shape.in_height * shape.in_width, T{0});
  }
  for_each_halved_row(shape, [=](std::int64_t output, std::int64_t input, std::int64_t place) {
    T* upper = dx + input;
    T* lower = upper + width;
    const T* gradient = dy + output;
    const std::int32_t* best_place = places + output;
    const auto first = static_cast<std::int32_t>(place);
    for (std::int32_t pixel = 0; pixel < out_width; ++pixel) {
      const std::int32_t at = best_place[pixel] - first - 2 * pixel;
      upper[2 * pixel] = at == 0 ? gradient[pixel] : T{0};
      upper[2 * pixel + 1] = at == 1 ? gradient[pixel] : T{0};
      lower[2 * pixel] = at == width ? gradient[pixel] : T{0};
      lower[2 * pixel + 1] = at == width + 1 ? gradient[pixel] : T{0};
    }
  });
}

// The inputs [first, last) of output `i`.
struct Share {
  std::int64_t first;
  std::int64_t last;
};
Share share(std::int64_t i, std::int64_t in, std::int64_t out) {
  return {i * in / out, ((i + 1) * in + out - 1) / out};
}

// Calls each(output, first input of a row of the share, inputs in that row, inputs of the share).
template <class Each>
void for_each_share(const AdaptivePoolingShape& shape, Each each) {
  std::int64_t output = 0;
  for (std::int64_t channel = 0; channel < shape.samples * shape.channels; ++channel) {
    for (std::int64_t row = 0; row < shape.output; ++row) {
      const Share rows = share(row, shape.in_height, shape.output);
      for (std::int64_t column = 0; column < shape.output; ++column, ++output) {
        const Share columns = share(column, shape.in_width, shape.output);
        const std::int64_t width = columns.last - columns.first;
        for (std::int64_t in_row = rows.first; in_row < rows.last; ++in_row) {
          each(output, (channel * shape.in_height + in_row) * shape.in_width + columns.first, width,
               width * (rows.last - rows.first));
        }
      }
    }
  }
}

}  // namespace

template <class T>
void max_pooling_forward(const PoolingShape& shape, const T* x, T* y, std::int32_t* places) {
  require<InternalError>(2 * shape.padding <= shape.kernel,
                         "max pooling over {} pixels is padded by {}", shape.kernel, shape.padding);
  if (halves(shape)) {
    halve(shape, x, y, places);
    return;
  }
  const std::int64_t height = shape.in_height;
  const std::int64_t width = shape.in_width;
  const std::int64_t out_width = shape.out_width();
  std::fill_n(y, shape.samples * shape.channels * shape.out_height() * out_width,
              -std::numeric_limits<T>::infinity());
  std::fill_n(places, shape.samples * shape.channels * shape.out_height() * out_width, -1);
  with_stride(shape.stride, [&](auto stride) {
    for_each_run(shape, [=](std::int64_t row, std::int64_t in_row, const Seen& seen) {
      const T* from = x + in_row * width + seen.shift;
      T* best = y + row * out_width;
      std::int32_t* place = places + row * out_width;
      const auto row_place = static_cast<std::int32_t>(in_row % height * width + seen.shift);
      const auto step = static_cast<std::int32_t>(stride);
      const auto last = static_cast<std::int32_t>(seen.last);
      for (auto pixel = static_cast<std::int32_t>(seen.first); pixel < last; ++pixel) {
        const T value = from[pixel * stride];
        // A pixel of minus infinity is a pixel all the same.
        const bool take = value > best[pixel] || value != value || place[pixel] < 0;
        best[pixel] = take ? value : best[pixel];
        place[pixel] = take ? row_place + pixel * step : place[pixel];
      }
    });
  });
}

template <class T>
void max_pooling_backward(const PoolingShape& shape, const std::int32_t* places, const T* dy,
                          T* dx) {
  if (dx == nullptr) return;
  if (halves(shape)) {
    halve_backward(shape, places, dy, dx);
    return;
  }
  const std::int64_t in = shape.in_height * shape.in_width;
  const std::int64_t out = shape.out_height() * shape.out_width();
  std::fill_n(dx, shape.samples * shape.channels * in, T{0});
  for (std::int64_t channel = 0; channel < shape.samples * shape.channels; ++channel) {
    for (std::int64_t pixel = channel * out; pixel < (channel + 1) * out; ++pixel) {
      dx[channel * in + places[pixel]] += dy[pixel];
    }
  }
}

template <class T>
void average_pooling_forward(const PoolingShape& shape, const T* x, T* y) {
  const std::int64_t out_width = shape.out_width();
  const std::int64_t count = shape.samples * shape.channels * shape.out_height() * out_width;
  std::fill_n(y, count, T{0});
  with_stride(shape.stride, [&](auto stride) {
    for_each_run(shape, [=, &shape](std::int64_t row, std::int64_t in_row, const Seen& seen) {
      const T* from = x + in_row * shape.in_width + seen.shift;
      T* sum = y + row * out_width;
      for (std::int64_t pixel = seen.first; pixel < seen.last; ++pixel) {
        sum[pixel] += from[pixel * stride];
      }
    });
  });
  const auto window = static_cast<T>(shape.kernel * shape.kernel);
  for (std::int64_t pixel = 0; pixel < count; ++pixel) y[pixel] /= window;
}

template <class T>
void average_pooling_backward(const PoolingShape& shape, const T* dy, T* dx) {
  if (dx == nullptr) return;
  const std::int64_t out_width = shape.out_width();
  const auto window = static_cast<T>(shape.kernel * shape.kernel);
  std::fill_n(dx, shape.samples * shape.channels * shape.in_height * shape.in_width, T{0});
  with_stride(shape.stride, [&](auto stride) {
    for_each_run(shape, [=, &shape](std::int64_t row, std::int64_t in_row, const Seen& seen) {
      T* to = dx + in_row * shape.in_width + seen.shift;
      const T* from = dy + row * out_width;
      for (std::int64_t pixel = seen.first; pixel < seen.last; ++pixel) {
        to[pixel * stride] += from[pixel] / window;
      }
    });
  });
}

template <class T>
void adaptive_pooling_forward(const AdaptivePoolingShape& shape, const T* x, T* y) {
  std::fill_n(y, shape.samples * shape.channels * shape.output * shape.output, T{0});
  for_each_share(
      shape, [=](std::int64_t output, std::int64_t first, std::int64_t width, std::int64_t inputs) {
        T sum = 0;
        for (std::int64_t input = first; input < first + width; ++input) sum += x[input];
        y[output] += sum / static_cast<T>(inputs);
      });
}

template <class T>
void adaptive_pooling_backward(const AdaptivePoolingShape& shape, const T* dy, T* dx) {
  if (dx == nullptr) return;
  std::fill_n(dx, shape.samples * shape.channels * shape.in_height * shape.in_width, T{0});
  for_each_share(
      shape, [=](std::int64_t output, std::int64_t first, std::int64_t width, std::int64_t inputs) {
        const T part = dy[output] / static_cast<T>(inputs);
        for (std::int64_t input = first; input < first + width; ++input) dx[input] += part;
      });
}

template void max_pooling_forward(const PoolingShape&, const float*, float*, std::int32_t*);
template void max_pooling_forward(const PoolingShape&, const double*, double*, std::int32_t*);
template void max_pooling_backward(const PoolingShape&, const std::int32_t*, const float*, float*);
template void max_pooling_backward(const PoolingShape&, const std::int32_t*, const double*,
                                   double*);
template void average_pooling_forward(const PoolingShape&, const float*, float*);
template void average_pooling_forward(const PoolingShape&, const double*, double*);
template void average_pooling_backward(const PoolingShape&, const float*, float*);
template void average_pooling_backward(const PoolingShape&, const double*, double*);
template void adaptive_pooling_forward(const AdaptivePoolingShape&, const float*, float*);
template void adaptive_pooling_forward(const AdaptivePoolingShape&, const double*, double*);
template void adaptive_pooling_backward(const AdaptivePoolingShape&, const float*, float*);
template void adaptive_pooling_backward(const AdaptivePoolingShape&, const double*, double*);

}  // namespace palsim::cpu
