#include "real/cpu/shifted_rows.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <utility>

namespace palsim::cpu {
namespace {

using namespace Eigen::internal;

template <class T>
using Packet = typename packet_traits<T>::type;
template <class T>
constexpr std::int64_t lanes = unpacket_traits<Packet<T>>::size;

// A tile's sums, the vectors that they share and one more must fit the registers.
constexpr int most_outputs = 6;
constexpr int most_across = EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS >= 32 ? 4 : 2;

// Calls each(first, size) for parts of `count`, no larger than `most` and of nearly equal size.
template <class Each>
void in_even_parts(std::int64_t count, std::int64_t most, Each each) {
  const std::int64_t parts = (count + most - 1) / most;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t first = part * count / parts;
    each(first, (part + 1) * count / parts - first);
  }
}

// Calls kernel.template run<outputs, across>() with both as constants, so that loops over them are
// unrolled.
template <class Kernel, std::size_t... sizes>
void with_tile(std::int64_t outputs, std::int64_t across, const Kernel& kernel,
               std::index_sequence<sizes...>) {
  using Run = void (*)(const Kernel&);
  static constexpr std::array<Run, sizeof...(sizes)> table = {[](const Kernel& chosen) {
    chosen.template run<sizes / most_across + 1, sizes % most_across + 1>();
  }...};
  table[static_cast<std::size_t>((outputs - 1) * most_across + across - 1)](kernel);
}
template <class Kernel>
void with_tile(std::int64_t outputs, std::int64_t across, const Kernel& kernel) {
  with_tile(outputs, across, kernel, std::make_index_sequence<most_outputs * most_across>());
}

template <class T>
struct WeightedTile {
  const ShiftedRows<T>& rows;
  std::int64_t first;  // number in each row
  const T* weight;
  std::int64_t weight_stride;
  T* y;
  std::int64_t y_stride;

  template <int outputs, int across>
  void run() const {
    Packet<T> sums[outputs][across];
    for (int j = 0; j < outputs; ++j) {
      for (int v = 0; v < across; ++v) {
        sums[j][v] = ploadu<Packet<T>>(y + j * y_stride + v * lanes<T>);
      }
    }
    const T* factors = weight;
    for (const std::int64_t offset : rows.offsets) {
      const T* row = rows.base + offset + first;
      Packet<T> numbers[across];
      for (int v = 0; v < across; ++v) numbers[v] = ploadu<Packet<T>>(row + v * lanes<T>);
      for (int j = 0; j < outputs; ++j) {
        const auto factor = pset1<Packet<T>>(factors[j]);
        for (int v = 0; v < across; ++v) sums[j][v] = pmadd(factor, numbers[v], sums[j][v]);
      }
      factors += weight_stride;
    }
    for (int j = 0; j < outputs; ++j) {
      for (int v = 0; v < across; ++v) {
        pstoreu(y + j * y_stride + v * lanes<T>, sums[j][v]);
      }
    }
  }
};

template <class T>
struct ProductTile {
  const SampleStrides& strides;
  const T* left;
  std::int64_t left_stride;
  const T* rows;
  const std::int64_t* offsets;
  std::int64_t length;
  T* parts;
  std::int64_t parts_stride;  // from row to row

  template <int outputs, int across>
  void run() const {
    Packet<T> sums[outputs][across];
    for (int j = 0; j < outputs; ++j) {
      for (int i = 0; i < across; ++i) {
        sums[j][i] = ploadu<Packet<T>>(parts + i * parts_stride + j * lanes<T>);
      }
    }
    for (std::int64_t sample = 0; sample < strides.samples; ++sample) {
      const T* one = left + sample * strides.left;
      std::array<const T*, across> other{};
      for (int i = 0; i < across; ++i) other[i] = rows + sample * strides.rows + offsets[i];
      for (std::int64_t q = 0; q < length; q += lanes<T>) {
        Packet<T> numbers[across];
        for (int i = 0; i < across; ++i) numbers[i] = ploadu<Packet<T>>(other[i] + q);
        for (int j = 0; j < outputs; ++j) {
          const auto factor = ploadu<Packet<T>>(one + j * left_stride + q);
          for (int i = 0; i < across; ++i) sums[j][i] = pmadd(factor, numbers[i], sums[j][i]);
        }
      }
    }
    for (int j = 0; j < outputs; ++j) {
      for (int i = 0; i < across; ++i) {
        pstoreu(parts + i * parts_stride + j * lanes<T>, sums[j][i]);
      }
    }
  }
};

}  // namespace

template <class T>
std::int64_t vector_lanes() {
  return lanes<T>;
}

template <class T>
void add_weighted_rows(const ShiftedRows<T>& rows, const T* weight, std::int64_t outputs, T* y,
                       std::int64_t y_stride) {
  in_even_parts(outputs, most_outputs, [&](std::int64_t output, std::int64_t high) {
    in_even_parts(rows.length / lanes<T>, most_across, [&](std::int64_t vector, std::int64_t wide) {
      const std::int64_t first = vector * lanes<T>;
      with_tile(high, wide,
                WeightedTile<T>{rows, first, weight + output, outputs,
                                y + output * y_stride + first, y_stride});
    });
  });
}

template <class T>
void add_row_products(const SampleStrides& strides, const LeftRows<T>& left,
                      const ShiftedRows<T>& rows, T* parts) {
  const auto count = static_cast<std::int64_t>(rows.offsets.size());
  in_even_parts(left.outputs, most_outputs, [&](std::int64_t output, std::int64_t high) {
    in_even_parts(count, most_across, [&](std::int64_t row, std::int64_t wide) {
      with_tile(high, wide,
                ProductTile<T>{strides, left.base + output * left.stride, left.stride, rows.base,
                               rows.offsets.data() + row, rows.length,
                               parts + (row * left.outputs + output) * lanes<T>,
                               left.outputs * lanes<T>});
    });
  });
}

template <class T>
T sum_of_parts(const T* parts) {
  std::array<T, lanes<T>> sums{};
  std::copy_n(parts, lanes<T>, sums.begin());
  for (std::int64_t half = lanes<T> / 2; half > 0; half /= 2) {
    for (std::int64_t i = 0; i < half; ++i) sums[i] += sums[i + half];
  }
  return sums[0];
}

template std::int64_t vector_lanes<float>();
template std::int64_t vector_lanes<double>();
template void add_weighted_rows(const ShiftedRows<float>&, const float*, std::int64_t, float*,
                                std::int64_t);
template void add_weighted_rows(const ShiftedRows<double>&, const double*, std::int64_t, double*,
                                std::int64_t);
template void add_row_products(const SampleStrides&, const LeftRows<float>&,
                               const ShiftedRows<float>&, float*);
template void add_row_products(const SampleStrides&, const LeftRows<double>&,
                               const ShiftedRows<double>&, double*);
template float sum_of_parts(const float*);
template double sum_of_parts(const double*);

}  // namespace palsim::cpu
