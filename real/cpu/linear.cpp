#include "real/cpu/linear.hpp"

#include <algorithm>

#include "real/cpu/eigen_maps.hpp"

namespace palsim::cpu {
namespace {

// Adds dy^T x to dweight. Eigen packs the second factor in strips of four columns; a dy beyond the
// caches, such as that of a vocabulary, would come from memory once for each strip's share of a
// cache line. As the first factor it is read in longer runs: so the product is made the other way
// round, a block of rows of dweight at a time, and turned.
template <class T>
void add_weight_gradient(const LinearShape& shape, const T* x, const T* dy, T* dweight) {
  const ConstMatrixMap<T> inputs(x, shape.rows, shape.in_features);
  constexpr std::int64_t cached = std::int64_t{16} << 20;  // bytes
  if (shape.rows * shape.out_features * std::int64_t{sizeof(T)} <= cached) {
    const ConstMatrixMap<T> outputs(dy, shape.rows, shape.out_features);
    MatrixMap<T>(dweight, shape.out_features, shape.in_features).noalias() +=
        outputs.transpose() * inputs;
    return;
  }
  constexpr std::int64_t block = 256;
  Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> turned(block, shape.in_features);
  for (std::int64_t first = 0; first < shape.out_features; first += block) {
    const std::int64_t features = std::min(block, shape.out_features - first);
    const ConstSliceMap<T> outputs(dy + first, shape.rows, features,
                                   Eigen::OuterStride<>(shape.out_features));
    turned.topRows(features).noalias() = outputs.transpose() * inputs;
    MatrixMap<T>(dweight + first * shape.in_features, features, shape.in_features) +=
        turned.topRows(features);
  }
}

}  // namespace

template <class T>
void linear_forward(const LinearShape& shape, const T* x, const T* weight, const T* bias, T* y) {
  const ConstMatrixMap<T> inputs(x, shape.rows, shape.in_features);
  const ConstMatrixMap<T> weights(weight, shape.out_features, shape.in_features);
  MatrixMap<T> outputs(y, shape.rows, shape.out_features);
  if (bias == nullptr) {
    outputs.noalias() = inputs * weights.transpose();
    return;
  }
  // The product is added to what is there, which would be zeros otherwise.
  outputs.rowwise() = Eigen::Map<const Eigen::RowVector<T, Eigen::Dynamic>>(bias, outputs.cols());
  outputs.noalias() += inputs * weights.transpose();
}

template <class T>
void linear_backward(const LinearShape& shape, const T* x, const T* weight, const T* dy, T* dx,
                     T* dweight, T* dbias) {
  add_weight_gradient(shape, x, dy, dweight);
  if (dbias != nullptr) {
    ArrayMap<T> sums(dbias, shape.out_features);
    for (std::int64_t row = 0; row < shape.rows; ++row) {
      sums += ConstArrayMap<T>(dy + row * shape.out_features, shape.out_features);
    }
  }
  if (dx != nullptr) {
    MatrixMap<T>(dx, shape.rows, shape.in_features).noalias() =
        ConstMatrixMap<T>(dy, shape.rows, shape.out_features) *
        ConstMatrixMap<T>(weight, shape.out_features, shape.in_features);
  }
}

template void linear_forward(const LinearShape&, const float*, const float*, const float*, float*);
template void linear_forward(const LinearShape&, const double*, const double*, const double*,
                             double*);
template void linear_backward(const LinearShape&, const float*, const float*, const float*, float*,
                              float*, float*);
template void linear_backward(const LinearShape&, const double*, const double*, const double*,
                              double*, double*, double*);

}  // namespace palsim::cpu
