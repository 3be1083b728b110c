#include "real/cuda/images/convolution.hpp"

#include "real/cpu/convolution.hpp"
#include "real/cuda/images/patches.hpp"
#include "real/cuda/images/patches_convolution.hpp"
#include "tests/real/cuda/image_ways.hpp"

using namespace palsim;
using namespace palsim::cuda;

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
  shape.samples = number_between(draws, 0, 5);
  shape.in_channels = number_between(draws, 1, 7);
  shape.out_channels = number_between(draws, 1, 7);
  shape.in_height = number_between(draws, smallest, smallest + 12);
  shape.in_width = number_between(draws, smallest, smallest + 14);
  return shape;
}

// Random numbers and what the CPU makes of them, in double.
struct Example {
  Example(const ConvolutionShape& of, std::uint32_t seed)
      : shape(of),
        draws(seed),
        x(random_vector(draws, inputs(shape))),
        weight(random_vector(draws, weights(shape))),
        bias(random_vector(draws, shape.out_channels)),
        dy(random_vector(draws, outputs(shape))),
        dweight_before(random_vector(draws, weights(shape))),
        dbias_before(random_vector(draws, shape.out_channels)),
        y(dy.size()),
        dx(x.size()),
        dweight(in_double(dweight_before)),
        dbias(in_double(dbias_before)) {
    std::vector<double> scratch;
    cpu::convolution_forward(shape, in_double(x).data(), in_double(weight).data(),
                             in_double(bias).data(), y.data(), scratch);
    cpu::convolution_backward(shape, in_double(x).data(), in_double(weight).data(),
                              in_double(dy).data(), dx.data(), dweight.data(), dbias.data(),
                              scratch);
  }

  ConvolutionShape shape;
  Draws draws;
  std::vector<float> x;
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<float> dy;
  std::vector<float> dweight_before;
  std::vector<float> dbias_before;
  std::vector<double> y;
  std::vector<double> dx;
  std::vector<double> dweight;
  std::vector<double> dbias;
};

// `offset`: of all vectors from what is aligned.
void check_convolution(const Context& way, const Example& example, double tolerance,
                       std::int64_t offset) {
  const ConvolutionShape& shape = example.shape;
  const DeviceVector<float> x(example.x, offset);
  const DeviceVector<float> weight(example.weight, offset);
  const DeviceVector<float> bias(example.bias, offset);
  const DeviceVector<float> dy(example.dy, offset);
  DeviceVector<float> y(outputs(shape), offset);
  convolution_forward(way, shape, x.data(), weight.data(), bias.data(), y.data());
  CHECK(relative_error(y.download(), example.y) < tolerance);

  DeviceVector<float> dx(inputs(shape), offset);
  DeviceVector<float> dweight(example.dweight_before, offset);
  DeviceVector<float> dbias(example.dbias_before, offset);
  convolution_backward(way, shape, x.data(), weight.data(), dy.data(), dx.data(), dweight.data(),
                       dbias.data());
  CHECK(relative_error(dx.download(), example.dx) < tolerance);
  CHECK(relative_error(dweight.download(), example.dweight) < tolerance);
  CHECK(relative_error(dbias.download(), example.dbias) < tolerance);
}

const std::vector<ConvolutionShape> shapes = {
    {33, 3, 32, 32, 6, 5, 1, 0}, {2, 60, 7, 9, 37, 3, 1, 1},   {9, 140, 3, 2, 131, 3, 1, 1},
    {1, 2, 70, 61, 3, 7, 2, 3},  {1, 9, 7, 300, 10, 3, 3, 1},  {2, 70, 17, 19, 33, 1, 1, 0},
    {5, 13, 7, 7, 50, 1, 1, 0},  {3, 13, 14, 14, 50, 1, 2, 0}, {2, 3, 5, 5, 4, 1, 1, 2},
    {1, 1, 1, 1, 1, 1, 1, 0},
};

}  // namespace

TEST_CASE("convolution on the device is the CPU's, for any size, stride and padding") {
  for (const Context& way : image_ways()) {
    CAPTURE(way.image_library);
    for (std::uint32_t seed = 0; seed < 40; ++seed) {
      CAPTURE(seed);
      Draws draws(seed);
      check_convolution(way, Example(random_shape(draws), seed), rounding, seed % 4);
    }
    std::uint32_t seed = 100;
    for (const ConvolutionShape& shape : shapes) {
      ++seed;
      CAPTURE(seed);
      check_convolution(way, Example(shape, seed), rounding, 0);
    }
  }
}

TEST_CASE("convolution in less than fp32 is right to its rounding") {
  const ConvolutionShape shape{3, 13, 14, 14, 20, 3, 1, 1};
  for (const MatrixPrecision precision : {MatrixPrecision::tf32, MatrixPrecision::bf16}) {
    const std::unique_ptr<ImageLibrary> cudnn = open_cudnn(context(precision).stream);
    for (ImageLibrary* library : {static_cast<ImageLibrary*>(nullptr), cudnn.get()}) {
      Context way = context(precision);
      way.image_library = library;
      check_convolution(way, Example(shape, 7), 1e-2, 0);
    }
  }
}

TEST_CASE("what nobody asks of a convolution is not computed, and the rest is the same") {
  const Example example({2, 3, 9, 8, 5, 3, 2, 1}, 8);
  for (const Context& way : image_ways()) {
    CAPTURE(way.image_library);
    const DeviceVector<float> x(example.x);
    const DeviceVector<float> weight(example.weight);
    const DeviceVector<float> dy(example.dy);
    DeviceVector<float> dweight(example.dweight_before);
    convolution_backward(way, example.shape, x.data(), weight.data(), dy.data(), nullptr,
                         dweight.data(), nullptr);
    CHECK(relative_error(dweight.download(), example.dweight) < rounding);

    std::vector<double> y_right = example.y;
    const std::int64_t image = example.shape.out_height() * example.shape.out_width();
    for (std::int64_t i = 0; i < std::ssize(y_right); ++i) {
      y_right[i] -= static_cast<double>(example.bias[i / image % example.shape.out_channels]);
    }
    DeviceVector<float> y(outputs(example.shape));
    convolution_forward(way, example.shape, x.data(), weight.data(), nullptr, y.data());
    CHECK(relative_error(y.download(), y_right) < rounding);
  }
}

TEST_CASE("patches of any number of samples or rows at a time make the same convolution") {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Draws draws(seed + 1000);
    ConvolutionShape shape = random_shape(draws);
    if (seed % 4 == 0) shape.kernel = shape.stride = 1;
    if (seed % 8 == 0) shape.padding = 0;
    Example example(shape, seed);
    const std::int64_t image = shape.out_height() * shape.out_width();
    const std::int64_t floats_a_pixel = filter_size(shape) + shape.out_channels;
    const std::int64_t most_scratch = floats_a_pixel * number_between(draws, 0, 3 * image);
    CAPTURE(most_scratch);
    const DeviceVector<float> x(example.x);
    const DeviceVector<float> weight(example.weight);
    const DeviceVector<float> dy(example.dy);
    DeviceVector<float> y(outputs(shape));
    DeviceVector<float> dx(inputs(shape));
    DeviceVector<float> dweight(example.dweight_before);
    patches_convolution_forward(context(), shape, x.data(), weight.data(), y.data(), most_scratch);
    patches_convolution_backward(context(), shape, x.data(), weight.data(), dy.data(), dx.data(),
                                 dweight.data(), most_scratch);
    for (std::int64_t i = 0; i < std::ssize(example.y); ++i) {
      example.y[i] -= static_cast<double>(example.bias[i / image % shape.out_channels]);
    }
    CHECK(relative_error(y.download(), example.y) < rounding);
    CHECK(relative_error(dx.download(), example.dx) < rounding);
    CHECK(relative_error(dweight.download(), example.dweight) < rounding);
  }
}
