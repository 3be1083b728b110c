#include "real/cpu/activation.hpp"

#include <algorithm>

#include "real/cpu/eigen_maps.hpp"
#include "real/device/activation_arithmetic.hpp"

namespace palsim::cpu {
namespace {

// What is needed twice, such as a tanh, is kept for this many elements, in the nearest cache.
constexpr std::int64_t stretch = 256;
template <class T>
using Stretch = Eigen::Array<T, Eigen::Dynamic, 1, 0, stretch, 1>;

template <class Kernel>
void in_stretches(std::int64_t count, Kernel&& kernel) {
  for (std::int64_t at = 0; at < count; at += stretch) kernel(at, std::min(stretch, count - at));
}

}  // namespace

template <class T>
void activation_forward(ActivationKind kind, std::int64_t count, const T* x, T* y) {
  switch (kind) {
    case ActivationKind::relu:
      // What is not a number stays so.
      for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] < 0 ? 0 : x[i];
      return;
    case ActivationKind::gelu:
      in_stretches(count, [&](std::int64_t at, std::int64_t length) {
        const ConstArrayMap<T> in(x + at, length);
        ArrayMap<T>(y + at, length) =
            T(0.5) * in *
            (T(1) + (T(gelu_slope) * in * (T(1) + T(gelu_cubic) * in.square())).tanh());
      });
      return;
    case ActivationKind::silu: {
      const ConstArrayMap<T> in(x, count);
      ArrayMap<T>(y, count) = in / (T(1) + (-in).exp());
      return;
    }
    case ActivationKind::tanh:
      ArrayMap<T>(y, count) = ConstArrayMap<T>(x, count).tanh();
      return;
  }
}

template <class T>
void activation_backward(ActivationKind kind, std::int64_t count, const T* x, const T* y,
                         const T* dy, T* dx) {
  switch (kind) {
    case ActivationKind::relu:
      for (std::int64_t i = 0; i < count; ++i) dx[i] = y[i] > 0 ? dy[i] : 0;
      return;
    case ActivationKind::gelu:
      in_stretches(count, [&](std::int64_t at, std::int64_t length) {
        const ConstArrayMap<T> in(x + at, length);
        const Stretch<T> square = in.square();
        const Stretch<T> tanh = (T(gelu_slope) * in * (T(1) + T(gelu_cubic) * square)).tanh();
        const auto slope = T(gelu_slope) * (T(1) + T(3 * gelu_cubic) * square);
        ArrayMap<T>(dx + at, length) = ConstArrayMap<T>(dy + at, length) * T(0.5) *
                                       ((T(1) + tanh) + in * (T(1) - tanh.square()) * slope);
      });
      return;
    case ActivationKind::silu:
      in_stretches(count, [&](std::int64_t at, std::int64_t length) {
        const ConstArrayMap<T> in(x + at, length);
        const Stretch<T> sigmoid = (T(1) + (-in).exp()).inverse();
        ArrayMap<T>(dx + at, length) =
            ConstArrayMap<T>(dy + at, length) * sigmoid * (T(1) + in * (T(1) - sigmoid));
      });
      return;
    case ActivationKind::tanh:
      ArrayMap<T>(dx, count) =
          ConstArrayMap<T>(dy, count) * (T(1) - ConstArrayMap<T>(y, count).square());
      return;
  }
}

template <class T>
void add(std::int64_t count, const T* x, const T* y, T* z) {
  ArrayMap<T>(z, count) = ConstArrayMap<T>(x, count) + ConstArrayMap<T>(y, count);
}

template <class T>
void multiply(std::int64_t count, const T* x, const T* y, T* z) {
  ArrayMap<T>(z, count) = ConstArrayMap<T>(x, count) * ConstArrayMap<T>(y, count);
}

template void activation_forward(ActivationKind, std::int64_t, const float*, float*);
template void activation_forward(ActivationKind, std::int64_t, const double*, double*);
template void activation_backward(ActivationKind, std::int64_t, const float*, const float*,
                                  const float*, float*);
template void activation_backward(ActivationKind, std::int64_t, const double*, const double*,
                                  const double*, double*);
template void add(std::int64_t, const float*, const float*, float*);
template void add(std::int64_t, const double*, const double*, double*);
template void multiply(std::int64_t, const float*, const float*, float*);
template void multiply(std::int64_t, const double*, const double*, double*);

}  // namespace palsim::cpu
