#include "real/cuda/layers/activation.hpp"
#include "real/cuda/vectors/elementwise.cuh"
#include "real/device/activation_arithmetic.hpp"

namespace palsim::cuda {
namespace {

template <ActivationKind kind>
struct Forward {
  __device__ void operator()(float x, float& y) const { y = activated<kind>(x); }
};

template <ActivationKind kind>
struct Backward {
  __device__ void operator()(float at, float dy, float& dx) const {
    dx = activation_gradient<kind>(at, dy);
  }
};

struct Add {
  __device__ void operator()(float x, float y, float& z) const { z = x + y; }
};

struct Multiply {
  __device__ void operator()(float x, float y, float& z) const { z = x * y; }
};

template <ActivationKind kind>
void backward(const Context& context, std::int64_t count, const float* x, const float* y,
              const float* dy, float* dx) {
  elementwise(context, count, Backward<kind>{}, read(slope_from_output(kind) ? y : x), read(dy),
              write(dx));
}

}  // namespace

void activation_forward(const Context& context, ActivationKind kind, std::int64_t count,
                        const float* x, float* y) {
  switch (kind) {
    case ActivationKind::relu:
      return elementwise(context, count, Forward<ActivationKind::relu>{}, read(x), write(y));
    case ActivationKind::gelu:
      return elementwise(context, count, Forward<ActivationKind::gelu>{}, read(x), write(y));
    case ActivationKind::silu:
      return elementwise(context, count, Forward<ActivationKind::silu>{}, read(x), write(y));
    case ActivationKind::tanh:
      return elementwise(context, count, Forward<ActivationKind::tanh>{}, read(x), write(y));
  }
}

void activation_backward(const Context& context, ActivationKind kind, std::int64_t count,
                         const float* x, const float* y, const float* dy, float* dx) {
  switch (kind) {
    case ActivationKind::relu:
      return backward<ActivationKind::relu>(context, count, x, y, dy, dx);
    case ActivationKind::gelu:
      return backward<ActivationKind::gelu>(context, count, x, y, dy, dx);
    case ActivationKind::silu:
      return backward<ActivationKind::silu>(context, count, x, y, dy, dx);
    case ActivationKind::tanh:
      return backward<ActivationKind::tanh>(context, count, x, y, dy, dx);
  }
}

void add(const Context& context, std::int64_t count, const float* x, const float* y, float* z) {
  elementwise(context, count, Add{}, read(x), read(y), write(z));
}

void multiply(const Context& context, std::int64_t count, const float* x, const float* y,
              float* z) {
  elementwise(context, count, Multiply{}, read(x), read(y), write(z));
}

}  // namespace palsim::cuda
