// Eigen's views of plain memory, for the sources of this folder alone: no header outside may see
// Eigen. Everything is row-major.
#pragma once

#include <Eigen/Core>
#include <cstdint>

namespace palsim::cpu {

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using MatrixMap = Eigen::Map<RowMajor<T>>;
template <class T>
using ConstMatrixMap = Eigen::Map<const RowMajor<T>>;
// Rows that lie `stride` apart, such as one head's slice of a width.
template <class T>
using SliceMap = Eigen::Map<RowMajor<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using ConstSliceMap = Eigen::Map<const RowMajor<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <class T>
using ArrayMap = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using ConstArrayMap = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;

}  // namespace palsim::cpu
