#include "real/cpu/pooling.hpp"

#include "sim/core/error.hpp"
#include "tests/real/images/tensors.hpp"

using namespace palsim;

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
  shape.padding = number_between(draws, 0, shape.kernel / 2);
  const std::int64_t smallest = std::max<std::int64_t>(1, shape.kernel - 2 * shape.padding);
  shape.samples = number_between(draws, 1, 5);
  shape.channels = number_between(draws, 1, 7);
  shape.in_height = number_between(draws, smallest, smallest + 20);
  shape.in_width = number_between(draws, smallest, smallest + 40);
  return shape;
}

// Calls each(output, channel, row, column) for every input, or padding, under every window.
template <class Each>
void for_each_place(const PoolingShape& s, Each each) {
  std::int64_t output = 0;
  for (std::int64_t channel = 0; channel < s.samples * s.channels; ++channel) {
    for (std::int64_t r = 0; r < s.out_height(); ++r) {
      for (std::int64_t c = 0; c < s.out_width(); ++c, ++output) {
        for (std::int64_t place = 0; place < s.kernel * s.kernel; ++place) {
          each(output, channel, r * s.stride + place / s.kernel - s.padding,
               c * s.stride + place % s.kernel - s.padding);
        }
      }
    }
  }
}
bool is_padding(const PoolingShape& s, std::int64_t row, std::int64_t column) {
  return row < 0 || row >= s.in_height || column < 0 || column >= s.in_width;
}

template <class T>
void check_max_pooling(const PoolingShape& shape, const std::vector<T>& x, Draws& draws) {
  std::vector<T> y_right(outputs(shape));
  std::vector<std::int32_t> places_right(outputs(shape), -1);
  for_each_place(
      shape, [&](std::int64_t output, std::int64_t channel, std::int64_t row, std::int64_t column) {
        if (is_padding(shape, row, column)) return;
        const std::int64_t place = row * shape.in_width + column;
        const T value = x[channel * shape.in_height * shape.in_width + place];
        if (places_right[output] < 0 || value > y_right[output]) {
          y_right[output] = value;
          places_right[output] = static_cast<std::int32_t>(place);
        }
      });
  auto y = poisoned_tensor<T>(outputs(shape));
  std::vector<std::int32_t> places(outputs(shape), 12345678);
  cpu::max_pooling_forward(shape, x.data(), y.data(), places.data());
  CHECK(y == y_right);
  CHECK(places == places_right);

  const auto dy = random_tensor<T>(draws, outputs(shape));
  std::vector<double> dx_right(x.size());
  const std::int64_t image = shape.out_height() * shape.out_width();
  for (std::int64_t output = 0; output < outputs(shape); ++output) {
    dx_right[output / image * shape.in_height * shape.in_width + places[output]] +=
        static_cast<double>(dy[output]);
  }
  auto dx = poisoned_tensor<T>(inputs(shape));
  cpu::max_pooling_backward(shape, places.data(), dy.data(), dx.data());
  CHECK(largest_error(dx, dx_right) < rounding<T>);
}

template <class T>
void check_average_pooling(const PoolingShape& shape, const std::vector<T>& x, Draws& draws) {
  const auto dy = random_tensor<T>(draws, outputs(shape));
  const auto window = static_cast<double>(shape.kernel * shape.kernel);
  std::vector<double> y_right(outputs(shape));
  std::vector<double> dx_right(inputs(shape));
  for_each_place(
      shape, [&](std::int64_t output, std::int64_t channel, std::int64_t row, std::int64_t column) {
        if (is_padding(shape, row, column)) return;
        const std::int64_t input = (channel * shape.in_height + row) * shape.in_width + column;
        y_right[output] += static_cast<double>(x[input]) / window;
        dx_right[input] += static_cast<double>(dy[output]) / window;
      });
  auto y = poisoned_tensor<T>(outputs(shape));
  auto dx = poisoned_tensor<T>(inputs(shape));
  cpu::average_pooling_forward(shape, x.data(), y.data());
  cpu::average_pooling_backward(shape, dy.data(), dx.data());
  CHECK(largest_error(y, y_right) < rounding<T>);
  CHECK(largest_error(dx, dx_right) < rounding<T>);
}

template <class T>
void check_adaptive_pooling(const AdaptivePoolingShape& shape, Draws& draws) {
  const auto x = random_tensor<T>(draws, inputs(shape));
  const auto dy = random_tensor<T>(draws, outputs(shape));
  std::vector<double> y_right(outputs(shape));
  std::vector<double> dx_right(inputs(shape));
  // On an axis of length 1, output r covers [r / out, (r + 1) / out], and sees what that touches.
  const auto sees = [&](std::int64_t output, std::int64_t input, std::int64_t in) {
    return input * shape.output < (output + 1) * in && (input + 1) * shape.output > output * in;
  };
  for (std::int64_t output = 0; output < outputs(shape); ++output) {
    std::vector<std::int64_t> seen;
    for (std::int64_t h = 0; h < shape.in_height; ++h) {
      for (std::int64_t w = 0; w < shape.in_width; ++w) {
        if (sees(output / shape.output % shape.output, h, shape.in_height) &&
            sees(output % shape.output, w, shape.in_width)) {
          const std::int64_t channel = output / shape.output / shape.output;
          seen.push_back((channel * shape.in_height + h) * shape.in_width + w);
        }
      }
    }
    for (const std::int64_t input : seen) {
      y_right[output] += static_cast<double>(x[input]) / static_cast<double>(seen.size());
      dx_right[input] += static_cast<double>(dy[output]) / static_cast<double>(seen.size());
    }
  }
  auto y = poisoned_tensor<T>(outputs(shape));
  auto dx = poisoned_tensor<T>(inputs(shape));
  cpu::adaptive_pooling_forward(shape, x.data(), y.data());
  cpu::adaptive_pooling_backward(shape, dy.data(), dx.data());
  CHECK(largest_error(y, y_right) < rounding<T>);
  CHECK(largest_error(dx, dx_right) < rounding<T>);
}

}  // namespace

TEST_CASE_TEMPLATE("pooling of any size, stride and padding is what its definition says", T, float,
                   double) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    PoolingShape shape = random_shape(draws);
    if (seed % 3 == 0) {  // the usual case has a way of its own
      shape.kernel = 2;
      shape.stride = 2;
      shape.padding = 0;
      shape.in_height += 1;
      shape.in_width += 1;
    }
    auto x = random_tensor<T>(draws, inputs(shape));
    check_average_pooling(shape, x, draws);
    check_max_pooling(shape, x, draws);
    for (T& number : x) number = std::round(number);  // equal maxima
    check_max_pooling(shape, x, draws);
  }
}

TEST_CASE_TEMPLATE("adaptive pooling takes shares that overlap, or repeat a smaller input", T,
                   float, double) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    check_adaptive_pooling<T>({.samples = number_between(draws, 1, 3),
                               .channels = number_between(draws, 1, 4),
                               .in_height = number_between(draws, 1, 12),
                               .in_width = number_between(draws, 1, 12),
                               .output = number_between(draws, 1, 8)},
                              draws);
  }
}

TEST_CASE("of equal maxima the first row by row counts, and padding is never the maximum") {
  const PoolingShape shape{.samples = 1,
                           .channels = 1,
                           .in_height = 2,
                           .in_width = 2,
                           .kernel = 2,
                           .stride = 1,
                           .padding = 1};
  const std::vector<float> x = {-1, -1, -2, -1};
  std::vector<float> y(9);
  std::vector<std::int32_t> places(9);
  cpu::max_pooling_forward(shape, x.data(), y.data(), places.data());
  CHECK(y == std::vector<float>{-1, -1, -1, -1, -1, -1, -2, -1, -1});
  CHECK(places == std::vector<std::int32_t>{0, 0, 1, 0, 0, 1, 2, 3, 3});
}

TEST_CASE("max pooling hides neither minus infinity nor what is not a number") {
  const PoolingShape shape{.samples = 1,
                           .channels = 1,
                           .in_height = 2,
                           .in_width = 4,
                           .kernel = 2,
                           .stride = 2,
                           .padding = 0};
  const float lowest = -std::numeric_limits<float>::infinity();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x = {lowest, lowest, 1, nan, lowest, lowest, 2, 3};
  std::vector<float> y(2);
  std::vector<std::int32_t> places(2);
  cpu::max_pooling_forward(shape, x.data(), y.data(), places.data());
  CHECK(y[0] == lowest);
  CHECK(places[0] == 0);
  CHECK(std::isnan(y[1]));
  CHECK(places[1] == 3);
}

TEST_CASE("a gradient that nobody asks for is not written") {
  const PoolingShape shape{.samples = 1,
                           .channels = 1,
                           .in_height = 2,
                           .in_width = 2,
                           .kernel = 2,
                           .stride = 1,
                           .padding = 0};
  const float dy = 1;
  const std::int32_t place = 0;
  cpu::max_pooling_backward<float>(shape, &place, &dy, nullptr);
  cpu::average_pooling_backward<float>(shape, &dy, nullptr);
  cpu::adaptive_pooling_backward<float>({1, 1, 2, 2, 1}, &dy, nullptr);
}

TEST_CASE("a window of padding alone is refused") {
  const PoolingShape shape{.samples = 1,
                           .channels = 1,
                           .in_height = 1,
                           .in_width = 1,
                           .kernel = 1,
                           .stride = 1,
                           .padding = 1};
  const float x = 1;
  std::vector<float> y(9);
  std::vector<std::int32_t> places(9);
  CHECK_THROWS_AS(cpu::max_pooling_forward(shape, &x, y.data(), places.data()), InternalError);
}

TEST_CASE("the gradients of pooling are its central differences") {
  Draws draws(11);
  const PoolingShape shape{.samples = 2,
                           .channels = 2,
                           .in_height = 7,
                           .in_width = 6,
                           .kernel = 3,
                           .stride = 2,
                           .padding = 1};
  const AdaptivePoolingShape adaptive{2, 2, 7, 6, 4};
  auto x = random_tensor<double>(draws, inputs(shape));
  const auto dy = random_tensor<double>(draws, outputs(shape));
  const auto adaptive_dy = random_tensor<double>(draws, outputs(adaptive));
  std::vector<double> y(dy.size());
  std::vector<double> adaptive_y(adaptive_dy.size());
  std::vector<std::int32_t> places(dy.size());
  std::vector<double> dx(x.size());

  const auto max_loss = [&] {
    cpu::max_pooling_forward(shape, x.data(), y.data(), places.data());
    return dot(y, dy);
  };
  max_loss();
  cpu::max_pooling_backward(shape, places.data(), dy.data(), dx.data());
  CHECK(largest_error(dx, central_differences(x, max_loss)) < difference_error);

  const auto average_loss = [&] {
    cpu::average_pooling_forward(shape, x.data(), y.data());
    return dot(y, dy);
  };
  cpu::average_pooling_backward(shape, dy.data(), dx.data());
  CHECK(largest_error(dx, central_differences(x, average_loss)) < difference_error);

  const auto adaptive_loss = [&] {
    cpu::adaptive_pooling_forward(adaptive, x.data(), adaptive_y.data());
    return dot(adaptive_y, adaptive_dy);
  };
  cpu::adaptive_pooling_backward(adaptive, adaptive_dy.data(), dx.data());
  CHECK(largest_error(dx, central_differences(x, adaptive_loss)) < difference_error);
}
