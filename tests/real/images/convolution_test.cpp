#include "real/cpu/convolution.hpp"

#include "tests/real/images/tensors.hpp"

using namespace palsim;

namespace {

std::int64_t inputs(const ConvolutionShape& shape) {
  return shape.samples * shape.in_channels * shape.in_height * shape.in_width;
}
std::int64_t outputs(const ConvolutionShape& shape) {
  return shape.samples * shape.out_channels * shape.out_height() * shape.out_width();
}
std::int64_t weights(const ConvolutionShape& shape) {
  return shape.out_channels * shape.in_channels * shape.kernel * shape.kernel;
}

ConvolutionShape random_shape(Draws& draws) {
  ConvolutionShape shape;
  shape.kernel = number_between(draws, 1, 7);
  shape.stride = number_between(draws, 1, 3);
  shape.padding = number_between(draws, 0, 3);
  const std::int64_t smallest = std::max<std::int64_t>(1, shape.kernel - 2 * shape.padding);
  shape.samples = number_between(draws, 1, 5);
  shape.in_channels = number_between(draws, 1, 7);
  shape.out_channels = number_between(draws, 1, 7);
  shape.in_height = number_between(draws, smallest, smallest + 16);
  shape.in_width = number_between(draws, smallest, smallest + 20);
  return shape;
}

// Calls each(input, weight, output) for every product of the definition,
// y[n][o][r][c] = sum over i, kr, kc of w[o][i][kr][kc] x[n][i][r s + kr - p][c s + kc - p].
template <class Each>
void for_each_term(const ConvolutionShape& s, Each each) {
  std::int64_t output = 0;
  for (std::int64_t n = 0; n < s.samples; ++n) {
    for (std::int64_t o = 0; o < s.out_channels; ++o) {
      for (std::int64_t r = 0; r < s.out_height(); ++r) {
        for (std::int64_t c = 0; c < s.out_width(); ++c, ++output) {
          for (std::int64_t i = 0; i < s.in_channels; ++i) {
            for (std::int64_t kr = 0; kr < s.kernel; ++kr) {
              for (std::int64_t kc = 0; kc < s.kernel; ++kc) {
                const std::int64_t row = r * s.stride + kr - s.padding;
                const std::int64_t column = c * s.stride + kc - s.padding;
                if (row < 0 || row >= s.in_height || column < 0 || column >= s.in_width) continue;
                each(((n * s.in_channels + i) * s.in_height + row) * s.in_width + column,
                     ((o * s.in_channels + i) * s.kernel + kr) * s.kernel + kc, output);
              }
            }
          }
        }
      }
    }
  }
}

template <class T>
void check_against_definition(const ConvolutionShape& shape, std::uint32_t seed) {
  CAPTURE(seed);
  CAPTURE(sizeof(T));
  Draws draws(seed);
  const auto x = random_tensor<T>(draws, inputs(shape));
  const auto weight = random_tensor<T>(draws, weights(shape));
  const auto bias = random_tensor<T>(draws, shape.out_channels);
  const auto dy = random_tensor<T>(draws, outputs(shape));
  const auto dweight_before = random_tensor<T>(draws, weights(shape));
  const auto dbias_before = random_tensor<T>(draws, shape.out_channels);

  const std::int64_t image = shape.out_height() * shape.out_width();
  std::vector<double> y_right(dy.size());
  std::vector<double> dx_right(x.size());
  std::vector<double> dweight_right(dweight_before.begin(), dweight_before.end());
  std::vector<double> dbias_right(dbias_before.begin(), dbias_before.end());
  for_each_term(shape, [&](std::int64_t input, std::int64_t filter, std::int64_t output) {
    y_right[output] += static_cast<double>(weight[filter]) * static_cast<double>(x[input]);
    dx_right[input] += static_cast<double>(weight[filter]) * static_cast<double>(dy[output]);
    dweight_right[filter] += static_cast<double>(dy[output]) * static_cast<double>(x[input]);
  });
  std::vector<double> y_biased = y_right;
  for (std::int64_t output = 0; output < outputs(shape); ++output) {
    const std::int64_t channel = output / image % shape.out_channels;
    y_biased[output] += static_cast<double>(bias[channel]);
    dbias_right[channel] += static_cast<double>(dy[output]);
  }

  auto scratch = poisoned_tensor<T>(1000);
  auto y = poisoned_tensor<T>(outputs(shape));
  cpu::convolution_forward(shape, x.data(), weight.data(), bias.data(), y.data(), scratch);
  CHECK(largest_error(y, y_biased) < rounding<T>);
  auto y_plain = poisoned_tensor<T>(outputs(shape));
  cpu::convolution_forward<T>(shape, x.data(), weight.data(), nullptr, y_plain.data(), scratch);
  CHECK(largest_error(y_plain, y_right) < rounding<T>);

  auto dx = poisoned_tensor<T>(inputs(shape));
  auto dweight = dweight_before;
  auto dbias = dbias_before;
  scratch.assign(scratch.size(), std::numeric_limits<T>::quiet_NaN());
  cpu::convolution_backward(shape, x.data(), weight.data(), dy.data(), dx.data(), dweight.data(),
                            dbias.data(), scratch);
  CHECK(largest_error(dx, dx_right) < rounding<T>);
  CHECK(largest_error(dweight, dweight_right) < rounding<T>);
  CHECK(largest_error(dbias, dbias_right) < rounding<T>);

  auto dweight_alone = dweight_before;
  cpu::convolution_backward<T>(shape, x.data(), weight.data(), dy.data(), nullptr,
                               dweight_alone.data(), nullptr, scratch);
  CHECK(dweight_alone == dweight);
}

void check_against_definition(const ConvolutionShape& shape, std::uint32_t seed) {
  check_against_definition<float>(shape, seed);
  check_against_definition<double>(shape, seed);
}

}  // namespace

TEST_CASE("convolutions of any size, stride and padding are what their definition says") {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Draws draws(seed);
    check_against_definition(random_shape(draws), seed);
  }
}

TEST_CASE("any number of samples and any size of image are laid out whole") {
  const std::vector<ConvolutionShape> shapes = {
      {33, 3, 32, 32, 6, 5, 1, 0},     // small images of few channels, one sample left over
      {33, 6, 14, 14, 16, 5, 1, 0},    // the same, smaller than a vector is wide
      {67, 5, 2, 2, 11, 3, 1, 1},      //
      {2, 60, 7, 9, 37, 3, 1, 1},      // some more channels
      {9, 140, 3, 2, 131, 3, 1, 1},    // many channels of few pixels
      {80, 140, 2, 2, 131, 3, 2, 1},   // many samples a block, and some left over
      {1, 1, 1100, 1000, 1, 3, 1, 1},  // a large image, in several blocks of rows
      {2, 60, 31, 29, 9, 3, 2, 1},     // the same, of a few rows
      {1, 9, 7, 2100, 10, 3, 3, 1},    // rows wider than a block
      {2, 70, 17, 19, 33, 1, 1, 0},    // pixels that see themselves alone
      {5, 13, 7, 7, 50, 1, 1, 0},      //
      {3, 13, 14, 14, 50, 1, 2, 0},    //
      {2, 3, 5, 5, 4, 1, 1, 2},        //
      {1, 1, 1, 1, 1, 1, 1, 0},        //
  };
  std::uint32_t seed = 100;
  for (const ConvolutionShape& shape : shapes) check_against_definition(shape, seed++);
}

TEST_CASE("a convolution's gradients are its central differences") {
  const ConvolutionShape shape{2, 3, 6, 5, 4, 3, 2, 1};
  Draws draws(7);
  auto x = random_tensor<double>(draws, inputs(shape));
  auto weight = random_tensor<double>(draws, weights(shape));
  auto bias = random_tensor<double>(draws, shape.out_channels);
  const auto dy = random_tensor<double>(draws, outputs(shape));
  std::vector<double> scratch;
  const auto loss = [&] {
    std::vector<double> y(dy.size());
    cpu::convolution_forward(shape, x.data(), weight.data(), bias.data(), y.data(), scratch);
    return dot(y, dy);
  };
  std::vector<double> dx(x.size());
  std::vector<double> dweight(weight.size());
  std::vector<double> dbias(bias.size());
  cpu::convolution_backward(shape, x.data(), weight.data(), dy.data(), dx.data(), dweight.data(),
                            dbias.data(), scratch);
  CHECK(largest_error(dx, central_differences(x, loss)) < difference_error);
  CHECK(largest_error(dweight, central_differences(weight, loss)) < difference_error);
  CHECK(largest_error(dbias, central_differences(bias, loss)) < difference_error);
}

TEST_CASE("memory for the patches of a large image stays at some MiB and is kept") {
  const ConvolutionShape shape{1, 64, 224, 224, 2, 3, 1, 1};
  std::vector<float> x(inputs(shape));
  std::vector<float> weight(weights(shape));
  std::vector<float> y(outputs(shape));
  std::vector<float> scratch;
  cpu::convolution_forward<float>(shape, x.data(), weight.data(), nullptr, y.data(), scratch);
  CHECK(scratch.size() * sizeof(float) < 4 << 20);
  const float* kept = scratch.data();
  cpu::convolution_forward<float>(shape, x.data(), weight.data(), nullptr, y.data(), scratch);
  CHECK(scratch.data() == kept);
}
