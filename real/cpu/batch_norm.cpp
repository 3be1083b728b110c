#include "real/cpu/batch_norm.hpp"

#include <array>
#include <cmath>
#include <cstdint>

#include "sim/core/error.hpp"

namespace palsim::cpu {
namespace {

constexpr double epsilon = 1e-5;
constexpr double momentum = 0.1;

// The sum of term(i) over a channel's numbers, i their index in the tensor, in as many sums as a
// vector holds: adding to a single one waits for each addition.
template <class Term>
double channel_sum(const BatchNormShape& shape, std::int64_t channel, Term term) {
  constexpr std::int64_t lanes = 16;
  std::array<double, lanes> sums{};
  double rest = 0;
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    const std::int64_t first = (sample * shape.channels + channel) * shape.inner;
    std::int64_t done = 0;
    for (; done + lanes <= shape.inner; done += lanes) {
      for (std::int64_t lane = 0; lane < lanes; ++lane) sums[lane] += term(first + done + lane);
    }
    for (; done < shape.inner; ++done) rest += term(first + done);
  }
  for (const double sum : sums) rest += sum;
  return rest;
}

template <class Each>
void for_each_number(const BatchNormShape& shape, std::int64_t channel, Each each) {
  for (std::int64_t sample = 0; sample < shape.samples; ++sample) {
    const std::int64_t first = (sample * shape.channels + channel) * shape.inner;
    for (std::int64_t i = first; i < first + shape.inner; ++i) each(i);
  }
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

template <class T>
Moments batch_moments(const BatchNormShape& shape, std::int64_t channel, const T* x, T* running) {
  const auto count = static_cast<double>(shape.samples * shape.inner);
  const double mean =
      channel_sum(shape, channel, [=](std::int64_t i) { return static_cast<double>(x[i]); }) /
      count;
  const double squares = channel_sum(shape, channel, [=](std::int64_t i) {
    const double deviation = static_cast<double>(x[i]) - mean;
    return deviation * deviation;
  });
  const auto towards = [](T& old, double value) {
    old = static_cast<T>((1 - momentum) * static_cast<double>(old) + momentum * value);
  };
  towards(running[channel], mean);
  towards(running[shape.channels + channel], squares / (count - 1));
  return {mean, squares / count};
}

}  // namespace

template <class T>
void batch_norm_forward(const BatchNormShape& shape, Training training, const T* x, const T* weight,
                        const T* bias, T* running, T* saved, T* y) {
  const bool trains = training == Training::yes;
  require<InputError>(!trains || shape.samples * shape.inner > 1,
                      "batch normalization of one number a channel; train on more samples");
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    const Moments moments = trains
                                ? batch_moments(shape, channel, x, running)
                                : Moments{static_cast<double>(running[channel]),
                                          static_cast<double>(running[shape.channels + channel])};
    const auto mean = static_cast<T>(moments.mean);
    const auto inverse = static_cast<T>(1 / std::sqrt(moments.variance + epsilon));
    if (trains) {
      saved[channel] = mean;
      saved[shape.channels + channel] = inverse;
    }
    const T scale = weight[channel] * inverse;
    const T shift = bias[channel];
    for_each_number(shape, channel, [=](std::int64_t i) { y[i] = (x[i] - mean) * scale + shift; });
  }
}

template <class T>
void batch_norm_backward(const BatchNormShape& shape, const T* x, const T* weight, const T* saved,
                         const T* dy, T* dx, T* dweight, T* dbias) {
  const auto count = static_cast<double>(shape.samples * shape.inner);
  for (std::int64_t channel = 0; channel < shape.channels; ++channel) {
    const T mean = saved[channel];
    const T inverse = saved[shape.channels + channel];
    const double sum =
        channel_sum(shape, channel, [=](std::int64_t i) { return static_cast<double>(dy[i]); });
    const double along = channel_sum(shape, channel, [=](std::int64_t i) {
      return static_cast<double>(dy[i]) * static_cast<double>(x[i] - mean);
    });
    dweight[channel] += static_cast<T>(along * static_cast<double>(inverse));
    dbias[channel] += static_cast<T>(sum);
    if (dx == nullptr) continue;
    // What moving the mean and the deviation takes away from each number's own gradient.
    const auto by_mean = static_cast<T>(sum / count);
    const auto by_deviation = static_cast<T>(along / count) * inverse * inverse;
    const T scale = weight[channel] * inverse;
    for_each_number(shape, channel, [=](std::int64_t i) {
      dx[i] = (dy[i] - by_mean - (x[i] - mean) * by_deviation) * scale;
    });
  }
}

template void batch_norm_forward(const BatchNormShape&, Training, const float*, const float*,
                                 const float*, float*, float*, float*);
template void batch_norm_forward(const BatchNormShape&, Training, const double*, const double*,
                                 const double*, double*, double*, double*);
template void batch_norm_backward(const BatchNormShape&, const float*, const float*, const float*,
                                  const float*, float*, float*, float*);
template void batch_norm_backward(const BatchNormShape&, const double*, const double*,
                                  const double*, const double*, double*, double*, double*);

}  // namespace palsim::cpu
