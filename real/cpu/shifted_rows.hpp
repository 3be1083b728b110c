// Two products with a matrix whose rows all lie in one array, each at an offset of its own, so that
// they may overlap. Tiles of the result stay in registers, which suits few rows as well as many.
#pragma once

#include <cstdint>
#include <vector>

namespace palsim::cpu {

// Numbers in a vector of this machine; rows are worked off in whole vectors.
template <class T>
std::int64_t vector_lanes();

// `count` at the least, in whole vectors.
template <class T>
std::int64_t whole_vectors(std::int64_t count) {
  return (count + vector_lanes<T>() - 1) / vector_lanes<T>() * vector_lanes<T>();
}

// Rows at base + offsets[i], of `length` numbers, a multiple of vector_lanes.
template <class T>
struct ShiftedRows {
  const T* base;
  const std::vector<std::int64_t>& offsets;
  std::int64_t length;
};

// y[j] += sum over i of weight[i * outputs + j] rows[i]; y[j] is at y + j * y_stride and overlaps
// neither another nor the rows.
template <class T>
void add_weighted_rows(const ShiftedRows<T>& rows, const T* weight, std::int64_t outputs, T* y,
                       std::int64_t y_stride);

// Adds the product of `left` row j and row i, not summed up but in vector_lanes parts, to
// parts[(i * outputs + j) * vector_lanes]. Of `samples` pairs of matrices, one after the other.
template <class T>
struct LeftRows {
  const T* base;
  std::int64_t stride;
  std::int64_t outputs;
};
struct SampleStrides {
  std::int64_t samples;
  std::int64_t left;
  std::int64_t rows;
};
template <class T>
void add_row_products(const SampleStrides& strides, const LeftRows<T>& left,
                      const ShiftedRows<T>& rows, T* parts);
template <class T>
T sum_of_parts(const T* parts);

}  // namespace palsim::cpu
