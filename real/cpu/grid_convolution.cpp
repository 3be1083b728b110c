#include "real/cpu/grid_convolution.hpp"

#include <algorithm>
#include <cstdint>

#include "real/cpu/shifted_rows.hpp"

namespace palsim::cpu {
namespace {

// Every tile of outputs reads all weights again, so they should stay in a core's second-level
// cache, and so should the sums of a weight gradient, a vector for each weight.
constexpr std::int64_t most_weight_bytes = 640 * 1024;
constexpr std::int64_t most_sum_bytes = 1024 * 1024;
constexpr std::int64_t most_plane_bytes = 4 * 1024 * 1024;

template <class T>
constexpr auto number = static_cast<std::int64_t>(sizeof(T));

std::int64_t weights(const ConvolutionShape& shape) {
  return shape.out_channels * shape.in_channels * shape.kernel * shape.kernel;
}

// The extents of one image's planes. An output plane holds the grid positions from the first output
// to the last, in whole vectors; an input plane all that those see.
template <class T>
struct Grid {
  explicit Grid(const ConvolutionShape& shape)
      : width(shape.in_width + 2 * shape.padding),
        first_pixel(shape.padding * (width + 1)),
        out_plane(whole_vectors<T>((shape.out_height() - 1) * width + shape.out_width())),
        in_plane(whole_vectors<T>(out_plane + (shape.kernel - 1) * (width + 1))) {}

  std::int64_t width;
  std::int64_t first_pixel;  // of an input plane that is not padding
  std::int64_t out_plane;
  std::int64_t in_plane;
};

// Rows of an image from one pitch to another.
template <class T>
void copy_rows(std::int64_t rows, std::int64_t width, const T* from, std::int64_t from_pitch, T* to,
               std::int64_t to_pitch) {
  for (std::int64_t row = 0; row < rows; ++row) {
    std::copy_n(from + row * from_pitch, width, to + row * to_pitch);
  }
}

template <class T>
class Images {
 public:
  Images(const ConvolutionShape& shape, const Grid<T>& grid) : shape_(shape), grid_(grid) {}

  // `image`: the index of a sample's channel.
  void load_input(const T* x, std::int64_t image, T* plane) const {
    copy_rows(shape_.in_height, shape_.in_width, x + image * shape_.in_height * shape_.in_width,
              shape_.in_width, plane + grid_.first_pixel, grid_.width);
  }
  void store_input(const T* plane, std::int64_t image, T* dx) const {
    copy_rows(shape_.in_height, shape_.in_width, plane + grid_.first_pixel, grid_.width,
              dx + image * shape_.in_height * shape_.in_width, shape_.in_width);
  }
  void load_output(const T* dy, std::int64_t image, T* plane) const {
    copy_rows(shape_.out_height(), shape_.out_width(), dy + image * out_size(), shape_.out_width(),
              plane, grid_.width);
  }
  void store_output(const T* plane, std::int64_t image, T* y) const {
    copy_rows(shape_.out_height(), shape_.out_width(), plane, grid_.width, y + image * out_size(),
              shape_.out_width());
  }

 private:
  std::int64_t out_size() const { return shape_.out_height() * shape_.out_width(); }

  const ConvolutionShape& shape_;
  const Grid<T>& grid_;
};

// Splits `scratch` into zeroed parts, each from a cache line on: a vector across two lines takes
// two loads.
template <class T>
std::vector<T*> parts_of(std::vector<T>& scratch, const std::vector<std::int64_t>& sizes) {
  constexpr std::size_t line = 64 / sizeof(T);
  std::size_t needed = line;
  for (const std::int64_t size : sizes) {
    needed += (static_cast<std::size_t>(size) + line - 1) / line * line;
  }
  if (scratch.size() < needed) scratch.resize(needed);
  std::fill_n(scratch.begin(), needed, T{0});
  const auto into_line = reinterpret_cast<std::uintptr_t>(scratch.data()) / sizeof(T) % line;
  std::vector<T*> parts;
  T* next = scratch.data() + (line - into_line) % line;
  for (const std::int64_t size : sizes) {
    parts.push_back(next);
    next += (static_cast<std::size_t>(size) + line - 1) / line * line;
  }
  return parts;
}

// Where in an image's planes each weight of a filter sees its first pixel.
template <class T>
std::vector<std::int64_t> filter_offsets(const ConvolutionShape& shape, const Grid<T>& grid) {
  std::vector<std::int64_t> offsets;
  for (std::int64_t channel = 0; channel < shape.in_channels; ++channel) {
    for (std::int64_t ky = 0; ky < shape.kernel; ++ky) {
      for (std::int64_t kx = 0; kx < shape.kernel; ++kx) {
        offsets.push_back(channel * grid.in_plane + ky * grid.width + kx);
      }
    }
  }
  return offsets;
}

// dx += the transposed product, one place of the window after the other.
template <class T>
void add_input_gradient(const ConvolutionShape& shape, const Grid<T>& grid, const T* weight,
                        const T* dout, T* din) {
  std::vector<std::int64_t> offsets;
  for (std::int64_t channel = 0; channel < shape.out_channels; ++channel) {
    offsets.push_back(channel * grid.out_plane);
  }
  const ShiftedRows<T> rows{dout, offsets, grid.out_plane};
  const std::int64_t window = shape.kernel * shape.kernel;
  for (std::int64_t place = 0; place < window; ++place) {
    add_weighted_rows(
        rows, weight + place * shape.out_channels * shape.in_channels, shape.in_channels,
        din + place / shape.kernel * grid.width + place % shape.kernel, grid.in_plane);
  }
}

}  // namespace

template <class T>
bool suits_grid(const ConvolutionShape& shape) {
  const Grid<T> grid(shape);
  const std::int64_t planes =
      shape.in_channels * grid.in_plane + shape.out_channels * grid.out_plane;
  return shape.stride == 1 && shape.kernel > 1 && weights(shape) <= most_weight_bytes / number<T> &&
         planes <= most_plane_bytes / number<T>;
}

template <class T>
bool weight_gradient_suits_grid(const ConvolutionShape& shape) {
  return suits_grid<T>(shape) && weights(shape) * vector_lanes<T>() <= most_sum_bytes / number<T>;
}

template <class T>
void grid_convolution(const ConvolutionShape& shape, const T* x, const T* weight, const T* bias,
                      T* y, std::vector<T>& scratch) {
  const Grid<T> grid(shape);
  const Images<T> images(shape, grid);
  const std::vector<std::int64_t> offsets = filter_offsets(shape, grid);
  const auto filter = static_cast<std::int64_t>(offsets.size());
  const auto parts =
      parts_of(scratch, {shape.in_channels * grid.in_plane, shape.out_channels * grid.out_plane,
                         filter * shape.out_channels});
  T* in = parts[0];
  T* out = parts[1];
  T* turned = parts[2];
  for (std::int64_t channel = 0; channel < shape.out_channels; ++channel) {
    for (std::int64_t i = 0; i < filter; ++i) {
      turned[i * shape.out_channels + channel] = weight[channel * filter + i];
    }
  }
  const ShiftedRows<T> rows{in, offsets, grid.out_plane};
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    for (std::int64_t channel = 0; channel < shape.in_channels; ++channel) {
      images.load_input(x, sample * shape.in_channels + channel, in + channel * grid.in_plane);
    }
    for (std::int64_t channel = 0; channel < shape.out_channels; ++channel) {
      std::fill_n(out + channel * grid.out_plane, grid.out_plane,
                  bias == nullptr ? T{0} : bias[channel]);
    }
    add_weighted_rows(rows, turned, shape.out_channels, out, grid.out_plane);
    for (std::int64_t channel = 0; channel < shape.out_channels; ++channel) {
      images.store_output(out + channel * grid.out_plane, sample * shape.out_channels + channel, y);
    }
  }
}

template <class T>
void grid_input_gradient(const ConvolutionShape& shape, const T* weight, const T* dy, T* dx,
                         std::vector<T>& scratch) {
  const Grid<T> grid(shape);
  const Images<T> images(shape, grid);
  const std::int64_t window = shape.kernel * shape.kernel;
  const std::int64_t filter = shape.in_channels * window;
  const std::int64_t in_size = shape.in_channels * grid.in_plane;
  const auto parts = parts_of(
      scratch, {in_size, shape.out_channels * grid.out_plane, filter * shape.out_channels});
  T* din = parts[0];
  T* dout = parts[1];
  T* turned = parts[2];  // by place of the window, output channel, input channel
  for (std::int64_t out = 0; out < shape.out_channels; ++out) {
    for (std::int64_t i = 0; i < filter; ++i) {
      turned[(i % window * shape.out_channels + out) * shape.in_channels + i / window] =
          weight[out * filter + i];
    }
  }
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    for (std::int64_t channel = 0; channel < shape.out_channels; ++channel) {
      images.load_output(dy, sample * shape.out_channels + channel,
                         dout + channel * grid.out_plane);
    }
    std::fill_n(din, in_size, T{0});
    add_input_gradient(shape, grid, turned, dout, din);
    for (std::int64_t channel = 0; channel < shape.in_channels; ++channel) {
      images.store_input(din + channel * grid.in_plane, sample * shape.in_channels + channel, dx);
    }
  }
}

template <class T>
void grid_weight_gradient(const ConvolutionShape& shape, const T* x, const T* dy, T* dweight,
                          std::vector<T>& scratch) {
  const Grid<T> grid(shape);
  const Images<T> images(shape, grid);
  const std::vector<std::int64_t> offsets = filter_offsets(shape, grid);
  const auto filter = static_cast<std::int64_t>(offsets.size());
  const std::int64_t in_size = shape.in_channels * grid.in_plane;
  const std::int64_t out_size = shape.out_channels * grid.out_plane;
  // Small images share a pass over the sums: as many as the first-level cache holds rows of.
  constexpr std::int64_t cached_numbers = 24 * 1024 / (6 * static_cast<std::int64_t>(sizeof(T)));
  const std::int64_t together =
      std::max<std::int64_t>(1, std::min(cached_numbers / grid.out_plane, shape.samples));
  const std::int64_t lanes = vector_lanes<T>();
  const auto parts = parts_of(
      scratch, {together * in_size, together * out_size, filter * shape.out_channels * lanes});
  T* in = parts[0];
  T* dout = parts[1];
  T* sums = parts[2];
  for (std::int64_t first = 0; first < shape.samples; first += together) {
    const std::int64_t samples = std::min(together, shape.samples - first);
    for (std::int64_t image = 0; image < samples * shape.in_channels; ++image) {
      images.load_input(x, first * shape.in_channels + image, in + image * grid.in_plane);
    }
    for (std::int64_t image = 0; image < samples * shape.out_channels; ++image) {
      images.load_output(dy, first * shape.out_channels + image, dout + image * grid.out_plane);
    }
    add_row_products({samples, out_size, in_size},
                     LeftRows<T>{dout, grid.out_plane, shape.out_channels},
                     ShiftedRows<T>{in, offsets, grid.out_plane}, sums);
  }
  for (std::int64_t out = 0; out < shape.out_channels; ++out) {
    for (std::int64_t i = 0; i < filter; ++i) {
      dweight[out * filter + i] += sum_of_parts(sums + (i * shape.out_channels + out) * lanes);
    }
  }
}

template bool suits_grid<float>(const ConvolutionShape&);
template bool weight_gradient_suits_grid<float>(const ConvolutionShape&);
template void grid_convolution(const ConvolutionShape&, const float*, const float*, const float*,
                               float*, std::vector<float>&);
template void grid_input_gradient(const ConvolutionShape&, const float*, const float*, float*,
                                  std::vector<float>&);
template void grid_weight_gradient(const ConvolutionShape&, const float*, const float*, float*,
                                   std::vector<float>&);
template bool suits_grid<double>(const ConvolutionShape&);
template bool weight_gradient_suits_grid<double>(const ConvolutionShape&);
template void grid_convolution(const ConvolutionShape&, const double*, const double*, const double*,
                               double*, std::vector<double>&);
template void grid_input_gradient(const ConvolutionShape&, const double*, const double*, double*,
                                  std::vector<double>&);
template void grid_weight_gradient(const ConvolutionShape&, const double*, const double*, double*,
                                   std::vector<double>&);

}  // namespace palsim::cpu
