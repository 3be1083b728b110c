#include "real/cpu/linear.hpp"

#include "real/cpu/eigen_maps.hpp"

namespace palsim::cpu {

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
  const ConstMatrixMap<T> outputs(dy, shape.rows, shape.out_features);
  const ConstMatrixMap<T> inputs(x, shape.rows, shape.in_features);
  MatrixMap<T>(dweight, shape.out_features, shape.in_features).noalias() +=
      outputs.transpose() * inputs;
  if (dbias != nullptr) {
    ArrayMap<T> sums(dbias, shape.out_features);
    for (std::int64_t row = 0; row < shape.rows; ++row) {
      sums += ConstArrayMap<T>(dy + row * shape.out_features, shape.out_features);
    }
  }
  if (dx != nullptr) {
    MatrixMap<T>(dx, shape.rows, shape.in_features).noalias() =
        outputs * ConstMatrixMap<T>(weight, shape.out_features, shape.in_features);
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
