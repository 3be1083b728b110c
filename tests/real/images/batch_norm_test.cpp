#include "real/cpu/batch_norm.hpp"

#include "sim/core/error.hpp"
#include "tests/real/images/tensors.hpp"

using namespace palsim;

namespace {

std::int64_t numbers(const BatchNormShape& shape) {
  return shape.samples * shape.channels * shape.inner;
}

BatchNormShape random_shape(Draws& draws) {
  return {.samples = number_between(draws, 2, 6),
          .channels = number_between(draws, 1, 7),
          .inner = draws() % 3 == 0 ? 1 : number_between(draws, 1, 100)};
}

// Of each channel: means, then biased variances.
template <class T>
std::vector<double> moments(const BatchNormShape& shape, const std::vector<T>& x) {
  std::vector<double> found(2 * shape.channels);
  const auto count = static_cast<double>(shape.samples * shape.inner);
  const auto channel_of = [&](std::size_t i) {
    return static_cast<std::int64_t>(i) / shape.inner % shape.channels;
  };
  for (std::size_t i = 0; i < x.size(); ++i) {
    found[channel_of(i)] += static_cast<double>(x[i]) / count;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double deviation = static_cast<double>(x[i]) - found[channel_of(i)];
    found[shape.channels + channel_of(i)] += deviation * deviation / count;
  }
  return found;
}

template <class T>
std::vector<double> normalized(const BatchNormShape& shape, const std::vector<T>& x,
                               const std::vector<double>& by, const std::vector<T>& weight,
                               const std::vector<T>& bias) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::int64_t channel = static_cast<std::int64_t>(i) / shape.inner % shape.channels;
    y.push_back((static_cast<double>(x[i]) - by[channel]) /
                    std::sqrt(by[shape.channels + channel] + 1e-5) *
                    static_cast<double>(weight[channel]) +
                static_cast<double>(bias[channel]));
  }
  return y;
}

}  // namespace

TEST_CASE_TEMPLATE("training normalizes by the batch and moves the running moments a tenth", T,
                   float, double) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    const BatchNormShape shape = random_shape(draws);
    auto x = random_tensor<T>(draws, numbers(shape));
    for (T& number : x) number += 3;
    const auto weight = random_tensor<T>(draws, shape.channels);
    const auto bias = random_tensor<T>(draws, shape.channels);
    auto running = random_tensor<T>(draws, 2 * shape.channels);
    const auto batch = moments(shape, x);
    std::vector<double> running_right;
    std::vector<double> saved_right;
    const auto count = static_cast<double>(shape.samples * shape.inner);
    for (std::int64_t i = 0; i < 2 * shape.channels; ++i) {
      const bool is_mean = i < shape.channels;
      const double unbiased = is_mean ? batch[i] : batch[i] * count / (count - 1);
      running_right.push_back(0.9 * static_cast<double>(running[i]) + 0.1 * unbiased);
      saved_right.push_back(is_mean ? batch[i] : 1 / std::sqrt(batch[i] + 1e-5));
    }
    auto saved = poisoned_tensor<T>(2 * shape.channels);
    auto y = poisoned_tensor<T>(numbers(shape));
    cpu::batch_norm_forward(shape, Training::yes, x.data(), weight.data(), bias.data(),
                            running.data(), saved.data(), y.data());
    CHECK(largest_error(y, normalized(shape, x, batch, weight, bias)) < rounding<T>);
    CHECK(largest_error(running, running_right) < rounding<T>);
    CHECK(largest_error(saved, saved_right) < rounding<T>);
  }
}

TEST_CASE_TEMPLATE("without training the running moments normalize and stay, even for one number",
                   T, float, double) {
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    BatchNormShape shape = random_shape(draws);
    if (seed == 0) shape = {.samples = 1, .channels = 3, .inner = 1};
    const auto x = random_tensor<T>(draws, numbers(shape));
    const auto weight = random_tensor<T>(draws, shape.channels);
    const auto bias = random_tensor<T>(draws, shape.channels);
    auto running = random_tensor<T>(draws, 2 * shape.channels);
    for (std::int64_t i = shape.channels; i < 2 * shape.channels; ++i) running[i] += 2;
    const auto before = running;
    auto y = poisoned_tensor<T>(numbers(shape));
    cpu::batch_norm_forward<T>(shape, Training::no, x.data(), weight.data(), bias.data(),
                               running.data(), nullptr, y.data());
    const std::vector<double> by(running.begin(), running.end());
    CHECK(largest_error(y, normalized(shape, x, by, weight, bias)) < rounding<T>);
    CHECK(running == before);
  }
}

TEST_CASE("one number a channel cannot be trained on") {
  const float x = 1;
  std::vector<float> two(2);
  float y = 0;
  CHECK_THROWS_AS(
      cpu::batch_norm_forward({1, 1, 1}, Training::yes, &x, &x, &x, two.data(), two.data(), &y),
      InputError);
}

TEST_CASE("the gradients of batch normalization are its central differences") {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Draws draws(seed);
    BatchNormShape shape = random_shape(draws);
    shape.inner = std::min<std::int64_t>(shape.inner, 20);
    shape.samples = std::max<std::int64_t>(shape.samples, 4);
    auto x = random_tensor<double>(draws, numbers(shape));
    auto weight = random_tensor<double>(draws, shape.channels);
    auto bias = random_tensor<double>(draws, shape.channels);
    const auto dy = random_tensor<double>(draws, numbers(shape));
    std::vector<double> saved(2 * shape.channels);
    const auto loss = [&] {
      std::vector<double> running(2 * shape.channels);
      std::vector<double> y(dy.size());
      cpu::batch_norm_forward(shape, Training::yes, x.data(), weight.data(), bias.data(),
                              running.data(), saved.data(), y.data());
      return dot(y, dy);
    };
    loss();
    const std::vector<double> kept = saved;
    const auto dweight_before = random_tensor<double>(draws, shape.channels);
    const auto dbias_before = random_tensor<double>(draws, shape.channels);
    auto dx = poisoned_tensor<double>(numbers(shape));
    auto dweight = dweight_before;
    auto dbias = dbias_before;
    cpu::batch_norm_backward(shape, x.data(), weight.data(), kept.data(), dy.data(), dx.data(),
                             dweight.data(), dbias.data());
    auto dweight_right = central_differences(weight, loss);
    auto dbias_right = central_differences(bias, loss);
    for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
      dweight_right[channel] += dweight_before[channel];
      dbias_right[channel] += dbias_before[channel];
    }
    // The curvature grows with 1 / deviation cubed, and so does what the step's square leaves.
    CHECK(largest_error(dx, central_differences(x, loss)) < 1e-5);
    CHECK(largest_error(dweight, dweight_right) < difference_error);
    CHECK(largest_error(dbias, dbias_right) < difference_error);

    // In single precision the same, to rounding; and without dx the rest all the same.
    const std::vector<float> x_float(x.begin(), x.end());
    const std::vector<float> weight_float(weight.begin(), weight.end());
    const std::vector<float> saved_float(kept.begin(), kept.end());
    const std::vector<float> dy_float(dy.begin(), dy.end());
    auto dx_float = poisoned_tensor<float>(numbers(shape));
    std::vector<float> dweight_float(dweight_before.begin(), dweight_before.end());
    std::vector<float> dbias_float(dbias_before.begin(), dbias_before.end());
    auto dweight_alone = dweight_float;
    auto dbias_alone = dbias_float;
    cpu::batch_norm_backward(shape, x_float.data(), weight_float.data(), saved_float.data(),
                             dy_float.data(), dx_float.data(), dweight_float.data(),
                             dbias_float.data());
    CHECK(largest_error(dx_float, dx) < rounding<float>);
    CHECK(largest_error(dweight_float, dweight) < rounding<float>);
    CHECK(largest_error(dbias_float, dbias) < rounding<float>);
    cpu::batch_norm_backward<float>(shape, x_float.data(), weight_float.data(), saved_float.data(),
                                    dy_float.data(), nullptr, dweight_alone.data(),
                                    dbias_alone.data());
    CHECK(dweight_alone == dweight_float);
    CHECK(dbias_alone == dbias_float);
  }
}
