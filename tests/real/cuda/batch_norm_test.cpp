#include "real/cuda/images/batch_norm.hpp"

#include <cmath>
#include <limits>

#include "real/cpu/batch_norm.hpp"
#include "sim/core/error.hpp"
#include "tests/real/cuda/image_ways.hpp"

using namespace palsim;
using namespace palsim::cuda;

namespace {

std::int64_t numbers(const BatchNormShape& shape) {
  return shape.samples * shape.channels * shape.inner;
}

// Of one, of some and of many blocks a channel; rows shorter than a warp, as long, and longer.
const std::vector<BatchNormShape> shapes = {
    {2, 1, 1},  {64, 33, 1}, {700, 2, 1}, {3, 70, 1},  {1, 2, 2},    {300, 5, 3},  {2, 1, 31},
    {3, 5, 32}, {5, 7, 49},  {9, 1, 33},  {1, 3, 100}, {130, 2, 65}, {2, 3, 1000}, {2, 1, 9001},
};

struct Inputs {
  std::vector<float> x;
  std::vector<float> weight;
  std::vector<float> bias;
  std::vector<float> running;
  std::vector<float> dy;
};

Inputs random_inputs(const BatchNormShape& shape, std::uint32_t seed) {
  Draws draws(seed);
  Inputs in{random_vector(draws, numbers(shape)), random_vector(draws, shape.channels),
            random_vector(draws, shape.channels), random_vector(draws, 2 * shape.channels, 0.5F, 2),
            random_vector(draws, numbers(shape))};
  for (float& number : in.x) number += 0.5F;
  return in;
}

struct Normalized {
  std::vector<double> y;
  std::vector<double> running;
  std::vector<double> saved;
};
Normalized on_cpu(const BatchNormShape& shape, Training training, const Inputs& in) {
  Normalized right{std::vector<double>(in.x.size()), in_double(in.running),
                   std::vector<double>(2 * shape.channels)};
  cpu::batch_norm_forward(shape, training, in_double(in.x).data(), in_double(in.weight).data(),
                          in_double(in.bias).data(), right.running.data(), right.saved.data(),
                          right.y.data());
  return right;
}

std::span<const double> variances(const std::vector<double>& of) {
  return std::span(of).subspan(of.size() / 2);
}
std::vector<float> variances(const std::vector<float>& of) {
  return {of.begin() + std::ssize(of) / 2, of.end()};
}

}  // namespace

TEST_CASE("training batch norm on the device is the CPU's") {
  for (const Context& way : image_ways()) {
    CAPTURE(way.image_library);
    std::uint32_t seed = 0;
    for (const BatchNormShape& shape : shapes) {
      ++seed;
      CAPTURE(seed);
      const std::int64_t offset = seed % 3;  // cuDNN takes what is aligned
      const Inputs in = random_inputs(shape, seed);
      const Normalized right = on_cpu(shape, Training::yes, in);
      same_in_all_orders([&] {
        const DeviceVector<float> x(in.x, offset);
        const DeviceVector<float> weight(in.weight, offset);
        const DeviceVector<float> bias(in.bias, offset);
        DeviceVector<float> running(in.running, offset);
        DeviceVector<float> saved(2 * shape.channels, offset);
        DeviceVector<float> y(numbers(shape), offset);
        batch_norm_forward(way, shape, Training::yes, x.data(), weight.data(), bias.data(),
                           running.data(), saved.data(), y.data());
        CHECK(relative_error(y.download(), right.y) < rounding);
        CHECK(relative_error(running.download(), right.running) < rounding);
        CHECK(relative_error(saved.download(), right.saved) < rounding);
        return y.download();
      });
    }
  }
}

TEST_CASE("batch norm by running moments is the CPU's, and leaves them") {
  std::vector<BatchNormShape> all = shapes;
  all.push_back({1, 3, 1});
  all.push_back({0, 3, 5});
  for (const Context& way : image_ways()) {
    CAPTURE(way.image_library);
    std::uint32_t seed = 100;
    for (const BatchNormShape& shape : all) {
      ++seed;
      CAPTURE(seed);
      const std::int64_t offset = seed % 3;
      const Inputs in = random_inputs(shape, seed);
      const DeviceVector<float> x(in.x, offset);
      const DeviceVector<float> weight(in.weight);
      const DeviceVector<float> bias(in.bias);
      DeviceVector<float> running(in.running);
      DeviceVector<float> y(numbers(shape), offset);
      batch_norm_forward(way, shape, Training::no, x.data(), weight.data(), bias.data(),
                         running.data(), nullptr, y.data());
      CHECK(relative_error(y.download(), on_cpu(shape, Training::no, in).y) < rounding);
      CHECK(running.download() == in.running);
    }
  }
}

TEST_CASE("the gradients of batch norm on the device are the CPU's") {
  for (const Context& way : image_ways()) {
    CAPTURE(way.image_library);
    std::uint32_t seed = 200;
    for (const BatchNormShape& shape : shapes) {
      ++seed;
      CAPTURE(seed);
      const std::int64_t offset = seed % 3;
      const Inputs in = random_inputs(shape, seed);
      const std::vector<double> moments = on_cpu(shape, Training::yes, in).saved;
      const std::vector<float> kept(moments.begin(), moments.end());
      std::vector<double> dx_right(in.x.size());
      std::vector<double> dweight_right = in_double(in.bias);  // gradients are added
      std::vector<double> dbias_right = in_double(in.weight);
      cpu::batch_norm_backward(shape, in_double(in.x).data(), in_double(in.weight).data(),
                               in_double(kept).data(), in_double(in.dy).data(), dx_right.data(),
                               dweight_right.data(), dbias_right.data());
      const DeviceVector<float> x(in.x, offset);
      const DeviceVector<float> weight(in.weight);
      const DeviceVector<float> saved(kept);
      const DeviceVector<float> dy(in.dy, offset);
      DeviceVector<float> dweight(in.bias);
      DeviceVector<float> dbias(in.weight);
      same_in_all_orders([&] {
        DeviceVector<float> dx(numbers(shape), offset);
        dweight.upload(in.bias);
        dbias.upload(in.weight);
        batch_norm_backward(way, shape, x.data(), weight.data(), saved.data(), dy.data(), dx.data(),
                            dweight.data(), dbias.data());
        // Of two numbers nothing is left but rounding: moving one moves mean and deviation with it.
        if (shape.samples * shape.inner > 2) {
          CHECK(relative_error(dx.download(), dx_right) < rounding);
        }
        CHECK(relative_error(dweight.download(), dweight_right) < rounding);
        CHECK(relative_error(dbias.download(), dbias_right) < rounding);
        return dx.download();
      });
      dweight.upload(in.bias);
      dbias.upload(in.weight);
      batch_norm_backward(way, shape, x.data(), weight.data(), saved.data(), dy.data(), nullptr,
                          dweight.data(), dbias.data());
      CHECK(relative_error(dweight.download(), dweight_right) < rounding);
      CHECK(relative_error(dbias.download(), dbias_right) < rounding);
    }
  }
}

TEST_CASE("neither a large mean nor a first number far away drowns the variance") {
  const std::vector<BatchNormShape> some = {{64, 2, 1}, {3, 2, 400}, {40, 1, 1000}};
  std::uint32_t seed = 300;
  for (const BatchNormShape& shape : some) {
    ++seed;
    CAPTURE(seed);
    Inputs far_mean = random_inputs(shape, seed);
    for (float& number : far_mean.x) number += 1000;
    Inputs far_first = random_inputs(shape, seed);
    far_first.x.front() = 1e6F;
    for (const Inputs& in : {far_mean, far_first}) {
      const Normalized right = on_cpu(shape, Training::yes, in);
      const DeviceVector<float> x(in.x);
      const DeviceVector<float> weight(in.weight);
      DeviceVector<float> running(in.running);
      DeviceVector<float> saved(2 * shape.channels);
      DeviceVector<float> y(numbers(shape));
      batch_norm_forward(context(), shape, Training::yes, x.data(), weight.data(), weight.data(),
                         running.data(), saved.data(), y.data());
      CHECK(relative_error(variances(saved.download()), variances(right.saved)) < rounding);
      CHECK(relative_error(variances(running.download()), variances(right.running)) < rounding);
    }
  }
}

TEST_CASE("equal numbers have no variance on the device, and a NaN spoils its channel alone") {
  const BatchNormShape shape{5, 2, 40};
  std::vector<float> numbers_of_x(numbers(shape), 0.1F);
  numbers_of_x[shape.inner + 3] = std::numeric_limits<float>::quiet_NaN();
  const DeviceVector<float> x(numbers_of_x);
  const DeviceVector<float> weight(std::vector<float>{1, 1});
  DeviceVector<float> running(std::vector<float>{0, 0, 1, 1});
  DeviceVector<float> saved(4);
  DeviceVector<float> y(numbers(shape));
  batch_norm_forward(context(), shape, Training::yes, x.data(), weight.data(), weight.data(),
                     running.data(), saved.data(), y.data());
  const std::vector<float> kept = saved.download();
  CHECK(kept[0] == doctest::Approx(0.1F));
  CHECK(kept[2] == doctest::Approx(1 / std::sqrt(1e-5)));
  CHECK(std::isnan(kept[1]));
  CHECK(std::isnan(kept[3]));
  const std::vector<float> result = y.download();
  CHECK(result.front() == doctest::Approx(1));
  CHECK(std::isnan(result.back()));
}

TEST_CASE("one number a channel cannot be trained on, on the device either") {
  const DeviceVector<float> x(std::vector<float>{1});
  DeviceVector<float> two(2);
  DeviceVector<float> y(1);
  CHECK_THROWS_AS(batch_norm_forward(context(), {1, 1, 1}, Training::yes, x.data(), x.data(),
                                     x.data(), two.data(), two.data(), y.data()),
                  InputError);
}

TEST_CASE("no samples add nothing to batch norm's gradients") {
  const DeviceVector<float> nothing(0);
  const DeviceVector<float> saved(std::vector<float>{0, 1});
  DeviceVector<float> gradient(std::vector<float>{3});
  batch_norm_backward(context(), {0, 1, 4}, nothing.data(), saved.data(), saved.data(),
                      nothing.data(), nullptr, gradient.data(), gradient.data());
  CHECK(gradient.download() == std::vector<float>{3});
}
