#include "real/cuda/images/pooling.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "real/cpu/pooling.hpp"
#include "sim/core/error.hpp"
#include "tests/real/cuda/image_ways.hpp"

using namespace palsim;
using namespace palsim::cuda;

namespace {

std::int64_t inputs(const PoolingShape& shape) {
  return shape.samples * shape.channels * shape.in_height * shape.in_width;
}
std::int64_t outputs(const PoolingShape& shape) {
  return shape.samples * shape.channels * shape.out_height() * shape.out_width();
}
std::int64_t inputs(const AdaptivePoolingShape& shape) {
  return shape.samples * shape.channels * shape.in_height * shape.in_width;
}
std::int64_t outputs(const AdaptivePoolingShape& shape) {
  return shape.samples * shape.channels * shape.output * shape.output;
}

PoolingShape random_shape(Draws& draws) {
  PoolingShape shape;
  shape.kernel = number_between(draws, 1, 7);
  shape.stride = number_between(draws, 1, 3);
  shape.padding = number_between(draws, 0, std::min<std::int64_t>(3, shape.kernel / 2));
  const std::int64_t smallest = std::max<std::int64_t>(1, shape.kernel - 2 * shape.padding);
  shape.samples = number_between(draws, 0, 3);
  shape.channels = number_between(draws, 1, 5);
  shape.in_height = number_between(draws, smallest, smallest + 16);
  shape.in_width = number_between(draws, smallest, smallest + 20);
  return shape;
}

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> all;
  for (const float value : values) all.push_back(std::bit_cast<std::uint32_t>(value));
  return all;
}

void check_max_pooling(const PoolingShape& shape, const std::vector<float>& x, Draws& draws) {
  std::vector<float> y_right(outputs(shape));
  std::vector<std::int32_t> places_right(outputs(shape));
  cpu::max_pooling_forward(shape, x.data(), y_right.data(), places_right.data());
  const DeviceVector<float> x_there(x, 1);
  DeviceVector<float> y(outputs(shape), 2);
  DeviceVector<std::int32_t> places(outputs(shape), 3);
  max_pooling_forward(context(), shape, x_there.data(), y.data(), places.data());
  CHECK(bits(y.download()) == bits(y_right));
  CHECK(places.download() == places_right);

  const std::vector<float> dy = random_vector(draws, outputs(shape));
  std::vector<double> dx_right(inputs(shape));
  cpu::max_pooling_backward(shape, places_right.data(), in_double(dy).data(), dx_right.data());
  const DeviceVector<float> dy_there(dy, 1);
  DeviceVector<float> dx(inputs(shape), 3);
  max_pooling_backward(context(), shape, places.data(), dy_there.data(), dx.data());
  CHECK(relative_error(dx.download(), dx_right) < rounding);
  max_pooling_backward(context(), shape, places.data(), dy_there.data(), nullptr);
}

void check_average_pooling(const PoolingShape& shape, Draws& draws) {
  const std::vector<float> x = random_vector(draws, inputs(shape));
  const std::vector<float> dy = random_vector(draws, outputs(shape));
  std::vector<double> y_right(outputs(shape));
  std::vector<double> dx_right(inputs(shape));
  cpu::average_pooling_forward(shape, in_double(x).data(), y_right.data());
  cpu::average_pooling_backward(shape, in_double(dy).data(), dx_right.data());
  const DeviceVector<float> x_there(x, 1);
  const DeviceVector<float> dy_there(dy, 2);
  DeviceVector<float> y(outputs(shape), 3);
  DeviceVector<float> dx(inputs(shape), 1);
  average_pooling_forward(context(), shape, x_there.data(), y.data());
  average_pooling_backward(context(), shape, dy_there.data(), dx.data());
  CHECK(relative_error(y.download(), y_right) < rounding);
  CHECK(relative_error(dx.download(), dx_right) < rounding);
  average_pooling_backward(context(), shape, dy_there.data(), nullptr);
}

void check_adaptive_pooling(const AdaptivePoolingShape& shape, Draws& draws) {
  const std::vector<float> x = random_vector(draws, inputs(shape));
  const std::vector<float> dy = random_vector(draws, outputs(shape));
  std::vector<double> y_right(outputs(shape));
  std::vector<double> dx_right(inputs(shape));
  cpu::adaptive_pooling_forward(shape, in_double(x).data(), y_right.data());
  cpu::adaptive_pooling_backward(shape, in_double(dy).data(), dx_right.data());
  const DeviceVector<float> x_there(x, 1);
  const DeviceVector<float> dy_there(dy, 2);
  DeviceVector<float> y(outputs(shape), 3);
  DeviceVector<float> dx(inputs(shape), 1);
  adaptive_pooling_forward(context(), shape, x_there.data(), y.data());
  adaptive_pooling_backward(context(), shape, dy_there.data(), dx.data());
  CHECK(relative_error(y.download(), y_right) < rounding);
  CHECK(relative_error(dx.download(), dx_right) < rounding);
  adaptive_pooling_backward(context(), shape, dy_there.data(), nullptr);
}

}  // namespace

TEST_CASE("pooling on the device is the CPU's, for any size, stride and padding") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    const PoolingShape shape = random_shape(draws);
    std::vector<float> x = random_vector(draws, inputs(shape));
    check_max_pooling(shape, x, draws);
    for (float& number : x) number = std::round(2 * number);  // equal maxima
    check_max_pooling(shape, x, draws);
    check_average_pooling(shape, draws);
  }
}

TEST_CASE("average pooling counts windows of padding alone as zeros") {
  Draws draws(1);
  check_average_pooling({.samples = 2,
                         .channels = 3,
                         .in_height = 5,
                         .in_width = 4,
                         .kernel = 2,
                         .stride = 1,
                         .padding = 3},
                        draws);
}

TEST_CASE("more planes than a grid has rows are pooled") {
  const PoolingShape shape{.samples = 4097,
                           .channels = 1,
                           .in_height = 1,
                           .in_width = 129,
                           .kernel = 1,
                           .stride = 1,
                           .padding = 0};
  Draws draws(2);
  check_max_pooling(shape, random_vector(draws, inputs(shape)), draws);
}

TEST_CASE("max pooling on the device hides neither minus infinity nor what is not a number") {
  const PoolingShape shape{.samples = 1,
                           .channels = 1,
                           .in_height = 2,
                           .in_width = 4,
                           .kernel = 2,
                           .stride = 2,
                           .padding = 0};
  const float lowest = -std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const DeviceVector<float> x(std::vector<float>{lowest, lowest, 1, nan, lowest, lowest, 2, 3});
  DeviceVector<float> y(2);
  DeviceVector<std::int32_t> places(2);
  max_pooling_forward(context(), shape, x.data(), y.data(), places.data());
  CHECK(y.download().front() == lowest);
  CHECK(std::isnan(y.download().back()));
  CHECK(places.download() == std::vector<std::int32_t>{0, 3});
}

TEST_CASE("a window of padding alone has no maximum on the device") {
  const PoolingShape shape{.samples = 1,
                           .channels = 1,
                           .in_height = 1,
                           .in_width = 1,
                           .kernel = 1,
                           .stride = 1,
                           .padding = 1};
  const DeviceVector<float> x(std::vector<float>{1});
  DeviceVector<float> y(9);
  DeviceVector<std::int32_t> places(9);
  CHECK_THROWS_AS(max_pooling_forward(context(), shape, x.data(), y.data(), places.data()),
                  InternalError);
}

TEST_CASE("adaptive pooling on the device is the CPU's, with shares of any size") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    check_adaptive_pooling({.samples = number_between(draws, 0, 3),
                            .channels = number_between(draws, 1, 11),
                            .in_height = number_between(draws, 1, 14),
                            .in_width = number_between(draws, 1, 14),
                            .output = number_between(draws, 1, seed % 2 == 0 ? 2 : 8)},
                           draws);
  }
}
