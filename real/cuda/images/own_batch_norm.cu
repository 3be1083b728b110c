#include <cmath>

#include "real/cuda/images/channel_sums.cuh"
#include "real/cuda/images/own_batch_norm.hpp"

namespace palsim::cuda {
namespace {

constexpr double epsilon = 1e-5;
constexpr double momentum = 0.1;

__device__ float inverse_deviation(double variance) {
  return static_cast<float>(1 / sqrt(variance + epsilon));
}

// Sums of x and of its squares, as differences from each channel's first number: taken by
// themselves, they would drown the variance of channels whose mean is large. The same once more
// among the numbers that a thread has at hand, so that most additions can run in single precision.
template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    add_moments(ChannelShares shares, const float* __restrict__ x, double* __restrict__ partial) {
  Walk walk(shares);
  const double origin = __ldg(x + walk.channel() * shares.inner);
  double sum = 0;
  double squares = 0;
  while (walk.more()) {
    std::int64_t at[walk_loads];
    float values[walk_loads];
    next_indices(walk, at);
    load(x, at, values);
    float base = 0;
    for (int k = walk_loads - 1; k >= 0; --k) base = at[k] < 0 ? base : values[k];
    int count = 0;
    float near_sum = 0;
    float near_squares = 0;
    for (int k = 0; k < walk_loads; ++k) {
      const float from_base = at[k] < 0 ? 0 : values[k] - base;
      near_sum += from_base;
      near_squares += from_base * from_base;
      count += at[k] < 0 ? 0 : 1;
    }
    if (count == 0) continue;
    const double offset = base - origin;
    sum += count * offset + near_sum;
    squares += offset * (count * offset + 2.0 * near_sum) + near_squares;
  }
  keep_sum(walk, shares, sum, 0, partial);
  keep_sum(walk, shares, squares, 1, partial);
}

// Of sums of x, and of its squares.
struct FinishMoments {
  static constexpr int sums = 2;

  __device__ void operator()(const ChannelShares& shares, std::int64_t channel,
                             const double (&sum)[2]) const {
    const double count = static_cast<double>(shares.samples * shares.inner);
    const double offset = sum[0] / count;
    const double mean = static_cast<double>(x[channel * shares.inner]) + offset;
    const double around_mean = sum[1] - sum[0] * offset;
    const double deviations = around_mean < 0 ? 0 : around_mean;  // of equal numbers, to rounding
    move(running[channel], mean);
    move(running[shares.channels + channel], deviations / (count - 1));
    saved[channel] = static_cast<float>(mean);
    saved[shares.channels + channel] = inverse_deviation(deviations / count);
  }
  static __device__ void move(float& old, double value) {
    old = static_cast<float>((1 - momentum) * static_cast<double>(old) + momentum * value);
  }

  const float* x;
  float* running;
  float* saved;
};

// What `saved` would be, of the running moments.
__global__ void take_running_moments(std::int64_t channels, const float* __restrict__ running,
                                     float* __restrict__ moments) {
  const std::int64_t channel = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
  if (channel >= channels) return;
  moments[channel] = running[channel];
  moments[channels + channel] = inverse_deviation(static_cast<double>(running[channels + channel]));
}

template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    normalize(ChannelShares shares, const float* __restrict__ moments,
              const float* __restrict__ weight, const float* __restrict__ bias,
              const float* __restrict__ x, float* __restrict__ y) {
  Walk walk(shares);
  const std::int64_t channel = walk.channel();
  const float mean = __ldg(moments + channel);
  const float scale = __ldg(weight + channel) * __ldg(moments + shares.channels + channel);
  const float shift = __ldg(bias + channel);
  while (walk.more()) {
    std::int64_t at[walk_loads];
    float values[walk_loads];
    next_indices(walk, at);
    load(x, at, values);
    for (int k = 0; k < walk_loads; ++k) {
      if (at[k] >= 0) y[at[k]] = (values[k] - mean) * scale + shift;
    }
  }
}

// Sums of dy, and of dy times x's deviation from the mean.
template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    add_gradients(ChannelShares shares, const float* __restrict__ x, const float* __restrict__ dy,
                  const float* __restrict__ saved, double* __restrict__ partial) {
  Walk walk(shares);
  const float mean = __ldg(saved + walk.channel());
  double sum = 0;
  double along = 0;
  while (walk.more()) {
    std::int64_t at[walk_loads];
    float values[walk_loads];
    float gradients[walk_loads];
    next_indices(walk, at);
    load(x, at, values);
    load(dy, at, gradients);
    float near_sum = 0;
    float near_along = 0;
    for (int k = 0; k < walk_loads; ++k) {
      const float deviation = at[k] < 0 ? 0 : values[k] - mean;
      near_sum += gradients[k];
      near_along += gradients[k] * deviation;
    }
    sum += near_sum;
    along += near_along;
  }
  keep_sum(walk, shares, sum, 0, partial);
  keep_sum(walk, shares, along, 1, partial);
}

// `taken`: for each channel what moving its mean takes away from each number's own gradient; then
// what moving its deviation does, times the number's own deviation.
struct FinishGradients {
  static constexpr int sums = 2;

  __device__ void operator()(const ChannelShares& shares, std::int64_t channel,
                             const double (&sum)[2]) const {
    const double count = static_cast<double>(shares.samples * shares.inner);
    const float inverse = saved[shares.channels + channel];
    dweight[channel] += static_cast<float>(sum[1] * static_cast<double>(inverse));
    dbias[channel] += static_cast<float>(sum[0]);
    taken[channel] = static_cast<float>(sum[0] / count);
    taken[shares.channels + channel] = static_cast<float>(sum[1] / count) * inverse * inverse;
  }

  const float* saved;
  float* dweight;
  float* dbias;
  float* taken;
};

template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    pass_back(ChannelShares shares, const float* __restrict__ x, const float* __restrict__ weight,
              const float* __restrict__ saved, const float* __restrict__ taken,
              const float* __restrict__ dy, float* __restrict__ dx) {
  Walk walk(shares);
  const std::int64_t channel = walk.channel();
  const float mean = __ldg(saved + channel);
  const float scale = __ldg(weight + channel) * __ldg(saved + shares.channels + channel);
  const float by_mean = __ldg(taken + channel);
  const float by_deviation = __ldg(taken + shares.channels + channel);
  while (walk.more()) {
    std::int64_t at[walk_loads];
    float values[walk_loads];
    float gradients[walk_loads];
    next_indices(walk, at);
    load(x, at, values);
    load(dy, at, gradients);
    for (int k = 0; k < walk_loads; ++k) {
      if (at[k] < 0) continue;
      dx[at[k]] = (gradients[k] - by_mean - (values[k] - mean) * by_deviation) * scale;
    }
  }
}

template <class Walk>
void forward(const Context& context, const BatchNormShape& shape, Training training, const float* x,
             const float* weight, const float* bias, float* running, float* saved, float* y) {
  const ChannelShares shares = shares_of<Walk>(shape);
  const float* moments = saved;
  if (training == Training::yes) {
    double* partial = context.scratch->take<double>(2 * partial_sums(shares));
    launch(context, add_moments<Walk>, walk_grid<Walk>(shape, shares), shares, x, partial);
    finish_channels(context, shares, partial, FinishMoments{x, running, saved});
  } else {
    constexpr unsigned threads = 256;
    float* taken = context.scratch->take<float>(2 * shape.channels);
    launch(context, take_running_moments,
           Grid{{static_cast<unsigned>(ceil_div(shape.channels, threads)), 1, 1}, {threads, 1, 1}},
           shape.channels, running, taken);
    moments = taken;
  }
  launch(context, normalize<Walk>, walk_grid<Walk>(shape, shares), shares, moments, weight, bias, x,
         y);
}

template <class Walk>
void backward(const Context& context, const BatchNormShape& shape, const float* x,
              const float* weight, const float* saved, const float* dy, float* dx, float* dweight,
              float* dbias) {
  const ChannelShares shares = shares_of<Walk>(shape);
  const std::int64_t partials = 2 * partial_sums(shares);
  double* partial = context.scratch->take<double>(partials + shape.channels);
  auto* taken = reinterpret_cast<float*>(partial + partials);
  launch(context, add_gradients<Walk>, walk_grid<Walk>(shape, shares), shares, x, dy, saved,
         partial);
  finish_channels(context, shares, partial, FinishGradients{saved, dweight, dbias, taken});
  if (dx == nullptr) return;
  launch(context, pass_back<Walk>, walk_grid<Walk>(shape, shares), shares, x, weight, saved, taken,
         dy, dx);
}

}  // namespace

void own_batch_norm_forward(const Context& context, const BatchNormShape& shape, Training training,
                            const float* x, const float* weight, const float* bias, float* running,
                            float* saved, float* y) {
  walk_channels(context, shape, forward<RowWalk>, forward<ColumnWalk>, training, x, weight, bias,
                running, saved, y);
}

void own_batch_norm_backward(const Context& context, const BatchNormShape& shape, const float* x,
                             const float* weight, const float* saved, const float* dy, float* dx,
                             float* dweight, float* dbias) {
  walk_channels(context, shape, backward<RowWalk>, backward<ColumnWalk>, x, weight, saved, dy, dx,
                dweight, dbias);
}

}  // namespace palsim::cuda
