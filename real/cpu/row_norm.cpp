#include "real/cpu/row_norm.hpp"

#include <cmath>

#include "real/cpu/eigen_maps.hpp"

namespace palsim::cpu {

template <class T>
void row_norm_forward(const RowNormShape& shape, RowNorm norm, const T* x, const T* weight,
                      const T* bias, T* saved, T* y) {
  const ConstArrayMap<T> weights(weight, shape.width);
  for (std::int64_t row = 0; row < shape.rows; ++row) {
    const ConstArrayMap<T> in(x + row * shape.width, shape.width);
    ArrayMap<T> out(y + row * shape.width, shape.width);
    const T mean = norm == RowNorm::layer ? in.mean() : T(0);
    const T variance = (in - mean).square().mean();
    const T inverse_deviation = T(1) / std::sqrt(variance + T(1e-5));
    out = (in - mean) * inverse_deviation * weights;
    if (bias != nullptr) out += ConstArrayMap<T>(bias, shape.width);
    saved[row] = mean;
    saved[shape.rows + row] = inverse_deviation;
  }
}

template <class T>
void row_norm_backward(const RowNormShape& shape, RowNorm norm, const T* x, const T* weight,
                       const T* saved, const T* dy, T* dx, T* dweight, T* dbias) {
  const ConstArrayMap<T> weights(weight, shape.width);
  ArrayMap<T> dweights(dweight, shape.width);
  Eigen::Array<T, Eigen::Dynamic, 1> normalized(shape.width);
  Eigen::Array<T, Eigen::Dynamic, 1> weighted(shape.width);
  for (std::int64_t row = 0; row < shape.rows; ++row) {
    const ConstArrayMap<T> in(x + row * shape.width, shape.width);
    const ConstArrayMap<T> out(dy + row * shape.width, shape.width);
    const T inverse_deviation = saved[shape.rows + row];
    normalized = (in - saved[row]) * inverse_deviation;
    dweights += out * normalized;
    if (dbias != nullptr) ArrayMap<T>(dbias, shape.width) += out;
    if (dx == nullptr) continue;
    weighted = out * weights;
    const T mean = norm == RowNorm::layer ? weighted.mean() : T(0);
    const T along = (weighted * normalized).mean();
    ArrayMap<T>(dx + row * shape.width, shape.width) =
        (weighted - mean - normalized * along) * inverse_deviation;
  }
}

template void row_norm_forward(const RowNormShape&, RowNorm, const float*, const float*,
                               const float*, float*, float*);
template void row_norm_forward(const RowNormShape&, RowNorm, const double*, const double*,
                               const double*, double*, double*);
template void row_norm_backward(const RowNormShape&, RowNorm, const float*, const float*,
                                const float*, const float*, float*, float*, float*);
template void row_norm_backward(const RowNormShape&, RowNorm, const double*, const double*,
                                const double*, const double*, double*, double*, double*);

}  // namespace palsim::cpu
