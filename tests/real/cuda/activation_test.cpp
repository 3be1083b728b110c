// Activations, sums and products on a GPU against the CPU's, and the arithmetic that they share
// with no one else against Eigen's.
#include "real/cuda/layers/activation.hpp"

#include <cmath>
#include <limits>

#include "real/device/activation_arithmetic.hpp"
#include "tests/real/cuda/truth.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

constexpr ActivationKind kinds[] = {ActivationKind::relu, ActivationKind::gelu,
                                    ActivationKind::silu, ActivationKind::tanh};
constexpr std::int64_t counts[] = {0, 1, 5, 1023, 4100, 20001};

struct Expected {
  std::vector<double> y;
  std::vector<double> dx;
};

Expected expected(ActivationKind kind, const std::vector<float>& x, const std::vector<float>& dy) {
  const auto count = std::ssize(x);
  Expected all{std::vector<double>(x.size()), std::vector<double>(x.size())};
  const auto inputs = in_double(x);
  truth().activation_forward(kind, count, inputs.data(), all.y.data());
  truth().activation_backward(kind, count, inputs.data(), all.y.data(), in_double(dy).data(),
                              all.dx.data());
  return all;
}

template <ActivationKind kind>
void check_arithmetic(const std::vector<float>& x, const std::vector<float>& dy) {
  CAPTURE(static_cast<int>(kind));
  const Expected all = expected(kind, x, dy);
  std::vector<float> y;
  std::vector<float> dx;
  for (std::size_t i = 0; i < x.size(); ++i) {
    y.push_back(activated<kind>(x[i]));
    dx.push_back(activation_gradient<kind>(slope_from_output(kind) ? y[i] : x[i], dy[i]));
    CHECK(activated<kind>(static_cast<double>(x[i])) == doctest::Approx(all.y[i]).epsilon(1e-12));
  }
  CHECK(relative_error(y, all.y) < 1e-6);
  CHECK(relative_error(dx, all.dx) < 1e-6);
}

TEST_CASE("an activation's arithmetic for one number is that of the CPU's loops") {
  Draws draws(1);
  const auto x = random_vector(draws, 1000, -6, 6);
  const auto dy = normal_vector(draws, 1000);
  check_arithmetic<ActivationKind::relu>(x, dy);
  check_arithmetic<ActivationKind::gelu>(x, dy);
  check_arithmetic<ActivationKind::silu>(x, dy);
  check_arithmetic<ActivationKind::tanh>(x, dy);
}

TEST_CASE("activations agree with the CPU's, wherever vectors begin") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    for (const ActivationKind kind : kinds) {
      for (const std::int64_t count : counts) {
        CAPTURE(seed);
        CAPTURE(static_cast<int>(kind));
        CAPTURE(count);
        Draws draws(seed);
        const auto inputs = random_vector(draws, count, -5, 5);
        const auto gradients = normal_vector(draws, count);
        const Expected all = expected(kind, inputs, gradients);
        const DeviceVector<float> x(inputs, seed % 3);
        const DeviceVector<float> dy(gradients, seed / 2);
        DeviceVector<float> y(count, seed % 2);
        DeviceVector<float> dx(count, 1);
        activation_forward(context(), kind, count, x.data(), y.data());
        activation_backward(context(), kind, count, x.data(), y.data(), dy.data(), dx.data());
        CHECK(relative_error(y.download(), all.y) < tolerance);
        CHECK(relative_error(dx.download(), all.dx) < tolerance);
      }
    }
  }
}

TEST_CASE("an activation's gradient may take the place of its output's") {
  for (const ActivationKind kind : kinds) {
    CAPTURE(static_cast<int>(kind));
    Draws draws(4);
    const auto inputs = normal_vector(draws, 3001);
    const auto gradients = normal_vector(draws, 3001);
    const DeviceVector<float> x(inputs);
    DeviceVector<float> y(3001);
    DeviceVector<float> gradient(gradients);
    activation_forward(context(), kind, 3001, x.data(), y.data());
    activation_backward(context(), kind, 3001, x.data(), y.data(), gradient.data(),
                        gradient.data());
    CHECK(relative_error(gradient.download(), expected(kind, inputs, gradients).dx) < tolerance);
  }
}

TEST_CASE("what is not a number stays so in an activation") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const DeviceVector<float> x(std::vector<float>{1, nan, -1, nan, 2});
  for (const ActivationKind kind : kinds) {
    CAPTURE(static_cast<int>(kind));
    DeviceVector<float> y(5);
    activation_forward(context(), kind, 5, x.data(), y.data());
    const auto outputs = y.download();
    for (const std::size_t i : {0U, 1U, 2U, 3U, 4U}) CHECK(std::isnan(outputs[i]) == (i % 2 == 1));
  }
}

TEST_CASE("sums and products agree with the CPU's, and may take the place of a term") {
  using Operation = void (*)(const Context&, std::int64_t, const float*, const float*, float*);
  using Truth = void (LayerKernels<double>::*)(std::int64_t, const double*, const double*, double*);
  const std::pair<Operation, Truth> operations[] = {{add, &LayerKernels<double>::add},
                                                    {multiply, &LayerKernels<double>::multiply}};
  for (const auto& [operation, true_operation] : operations) {
    for (const std::int64_t count : counts) {
      CAPTURE(count);
      Draws draws(5);
      const auto left = normal_vector(draws, count);
      const auto right = normal_vector(draws, count);
      std::vector<double> result(left.size());
      (truth().*true_operation)(count, in_double(left).data(), in_double(right).data(),
                                result.data());
      DeviceVector<float> x(left, 1);
      DeviceVector<float> y(right, 1);
      DeviceVector<float> apart(count, 2);
      operation(context(), count, x.data(), y.data(), apart.data());
      CHECK(relative_error(apart.download(), result) < 1e-6);
      operation(context(), count, x.data(), y.data(), x.data());
      CHECK(relative_error(x.download(), result) < 1e-6);
      x.upload(left);
      operation(context(), count, x.data(), y.data(), y.data());
      CHECK(relative_error(y.download(), result) < 1e-6);
    }
  }
}

}  // namespace
}  // namespace palsim::cuda
