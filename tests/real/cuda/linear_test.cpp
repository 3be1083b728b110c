// Linear layers on a GPU against the CPU's.
#include "real/cuda/layers/linear.hpp"

#include "sim/core/error.hpp"
#include "tests/real/cuda/truth.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

struct Tensors {
  explicit Tensors(const LinearShape& shape)
      : draws(19),
        x(normal_vector(draws, shape.rows * shape.in_features)),
        weight(normal_vector(draws, shape.out_features * shape.in_features)),
        bias(normal_vector(draws, shape.out_features)),
        dy(normal_vector(draws, shape.rows * shape.out_features)),
        dweight(normal_vector(draws, shape.out_features * shape.in_features)),
        dbias(normal_vector(draws, shape.out_features)) {}

  Draws draws;
  std::vector<float> x;
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<float> dy;
  std::vector<float> dweight;
  std::vector<float> dbias;
};

enum class Bias { none, some };

struct Errors {
  double y = 0;
  double dx = 0;
  double dweight = 0;
  double dbias = 0;

  double largest() const { return std::max({y, dx, dweight, dbias}); }
};

Errors errors(const LinearShape& shape, Bias with_bias, MatrixPrecision precision) {
  const Tensors with(shape);
  const bool biased = with_bias == Bias::some;
  const auto true_x = in_double(with.x);
  const auto true_weight = in_double(with.weight);
  const auto true_bias = in_double(with.bias);
  std::vector<double> true_y(with.dy.size());
  std::vector<double> true_dx(with.x.size());
  auto true_dweight = in_double(with.dweight);
  auto true_dbias = in_double(with.dbias);
  truth().linear_forward(shape, true_x.data(), true_weight.data(),
                         biased ? true_bias.data() : nullptr, true_y.data());
  truth().linear_backward(shape, true_x.data(), true_weight.data(), in_double(with.dy).data(),
                          true_dx.data(), true_dweight.data(),
                          biased ? true_dbias.data() : nullptr);

  const DeviceVector<float> x(with.x);
  const DeviceVector<float> weight(with.weight, 1);
  const DeviceVector<float> bias(with.bias, 1);
  const DeviceVector<float> dy(with.dy, 2);
  DeviceVector<float> y(std::ssize(with.dy));
  DeviceVector<float> dx(std::ssize(with.x));
  DeviceVector<float> dweight(with.dweight);
  DeviceVector<float> dbias(with.dbias);
  linear_forward(context(precision), shape, x.data(), weight.data(), biased ? bias.data() : nullptr,
                 y.data());
  linear_backward(context(precision), shape, x.data(), weight.data(), dy.data(), dx.data(),
                  dweight.data(), biased ? dbias.data() : nullptr);
  return {relative_error(y.download(), true_y), relative_error(dx.download(), true_dx),
          relative_error(dweight.download(), true_dweight),
          relative_error(dbias.download(), true_dbias)};
}

TEST_CASE("linear layers agree with the CPU's") {
  for (const LinearShape& shape :
       {LinearShape{0, 5, 3}, LinearShape{1, 1, 1}, LinearShape{7, 5, 3}, LinearShape{1, 64, 129},
        LinearShape{300, 129, 64}, LinearShape{300, 5, 1}, LinearShape{7, 768, 260},
        LinearShape{3, 12, 5000}}) {
    for (const Bias bias : {Bias::none, Bias::some}) {
      CAPTURE(shape.rows);
      CAPTURE(shape.in_features);
      CAPTURE(shape.out_features);
      CAPTURE(static_cast<int>(bias));
      CHECK(errors(shape, bias, MatrixPrecision::fp32).largest() < tolerance);
    }
  }
}

TEST_CASE("a linear layer rounds as much as its precision allows") {
  const LinearShape shape{64, 129, 65};
  const Errors tf32 = errors(shape, Bias::some, MatrixPrecision::tf32);
  const Errors bf16 = errors(shape, Bias::some, MatrixPrecision::bf16);
  CHECK(tf32.largest() < 1e-3);
  CHECK(bf16.largest() < 1e-2);
  CHECK(bf16.y > 2e-4);
  CHECK(bf16.dx > 2e-4);
  CHECK(bf16.dbias < tolerance);
}

TEST_CASE("a linear layer's input needs no gradient") {
  const LinearShape shape{7, 5, 3};
  const Tensors with(shape);
  auto true_dweight = in_double(with.dweight);
  truth().linear_backward(shape, in_double(with.x).data(), nullptr, in_double(with.dy).data(),
                          nullptr, true_dweight.data(), nullptr);
  const DeviceVector<float> x(with.x);
  const DeviceVector<float> weight(with.weight);
  const DeviceVector<float> dy(with.dy);
  DeviceVector<float> dweight(with.dweight);
  linear_backward(context(), shape, x.data(), weight.data(), dy.data(), nullptr, dweight.data(),
                  nullptr);
  CHECK(relative_error(dweight.download(), true_dweight) < tolerance);
}

TEST_CASE("a linear layer beyond cuBLAS's integers is refused") {
  CHECK_THROWS_AS(
      linear_forward(context(), {std::int64_t{1} << 31, 1, 1}, nullptr, nullptr, nullptr, nullptr),
      InputError);
}

}  // namespace
}  // namespace palsim::cuda
