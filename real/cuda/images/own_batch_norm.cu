#include <cmath>

#include "real/cuda/images/channel_walk.cuh"
#include "real/cuda/images/own_batch_norm.hpp"
#include "real/cuda/launch.cuh"

namespace palsim::cuda {
namespace {

constexpr double epsilon = 1e-5;
constexpr double momentum = 0.1;

__device__ float inverse_deviation(double variance) {
  return static_cast<float>(1 / sqrt(variance + epsilon));
}

template <class Walk>
__device__ void next_indices(Walk& walk, std::int64_t (&at)[walk_loads]) {
  for (int k = 0; k < walk_loads; ++k) at[k] = walk.next();
}
__device__ void load(const float* x, const std::int64_t (&at)[walk_loads],
                     float (&values)[walk_loads]) {
  for (int k = 0; k < walk_loads; ++k) values[k] = at[k] < 0 ? 0 : __ldg(x + at[k]);
}

// Sums of x and of its squares, as differences from each channel's first number: taken by
// themselves, they would drown the variance of channels whose mean is large. The same once more
// among the numbers that a thread has at hand, so that most additions can run in single precision.
template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    add_moments(ChannelShares shares, std::int64_t slots, const float* __restrict__ x,
                double* __restrict__ partial, double* __restrict__ partial_squares) {
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
  sum = sum_of_block<Walk>(sum);
  squares = sum_of_block<Walk>(squares);
  if (threadIdx.y > 0 || walk.slot() < 0) return;
  *partial_sum(partial, slots, walk.slot()) = sum;
  *partial_sum(partial_squares, slots, walk.slot()) = squares;
}

__global__ void finish_moments(ChannelShares shares, int slots_of_channel,
                               const float* __restrict__ x, const double* __restrict__ partial,
                               const double* __restrict__ partial_squares,
                               float* __restrict__ running, float* __restrict__ saved) {
  const std::int64_t channel = channel_of_warp();
  if (channel >= shares.channels) return;  // the whole warp
  const double sum =
      sum_of_channel(partial, shares.splits, shares.channels, slots_of_channel, channel);
  const double squares =
      sum_of_channel(partial_squares, shares.splits, shares.channels, slots_of_channel, channel);
  if (threadIdx.x > 0) return;
  const double count = static_cast<double>(shares.samples * shares.inner);
  const double offset = sum / count;
  const double mean = static_cast<double>(x[channel * shares.inner]) + offset;
  const double around_mean = squares - sum * offset;
  const double deviations = around_mean < 0 ? 0 : around_mean;  // of equal numbers, to rounding
  const auto move = [](float& old, double value) {
    old = static_cast<float>((1 - momentum) * static_cast<double>(old) + momentum * value);
  };
  move(running[channel], mean);
  move(running[shares.channels + channel], deviations / (count - 1));
  saved[channel] = static_cast<float>(mean);
  saved[shares.channels + channel] = inverse_deviation(deviations / count);
}

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
    add_gradients(ChannelShares shares, std::int64_t slots, const float* __restrict__ x,
                  const float* __restrict__ dy, const float* __restrict__ saved,
                  double* __restrict__ partial, double* __restrict__ partial_along) {
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
  sum = sum_of_block<Walk>(sum);
  along = sum_of_block<Walk>(along);
  if (threadIdx.y > 0 || walk.slot() < 0) return;
  *partial_sum(partial, slots, walk.slot()) = sum;
  *partial_sum(partial_along, slots, walk.slot()) = along;
}

// `taken`: for each channel what moving its mean takes away from each number's own gradient; then
// what moving its deviation does, times the number's own deviation.
__global__ void finish_gradients(ChannelShares shares, int slots_of_channel,
                                 const double* __restrict__ partial,
                                 const double* __restrict__ partial_along,
                                 const float* __restrict__ saved, float* __restrict__ dweight,
                                 float* __restrict__ dbias, float* __restrict__ taken) {
  const std::int64_t channel = channel_of_warp();
  if (channel >= shares.channels) return;  // the whole warp
  const double sum =
      sum_of_channel(partial, shares.splits, shares.channels, slots_of_channel, channel);
  const double along =
      sum_of_channel(partial_along, shares.splits, shares.channels, slots_of_channel, channel);
  if (threadIdx.x > 0) return;
  const double count = static_cast<double>(shares.samples * shares.inner);
  const float inverse = saved[shares.channels + channel];
  dweight[channel] += static_cast<float>(along * static_cast<double>(inverse));
  dbias[channel] += static_cast<float>(sum);
  taken[channel] = static_cast<float>(sum / count);
  taken[shares.channels + channel] = static_cast<float>(along / count) * inverse * inverse;
}

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
    const std::int64_t slots = Walk::slots(shape);
    double* partial = context.scratch->take<double>(2 * shares.splits * slots);
    double* partial_squares = partial + shares.splits * slots;
    launch(context, add_moments<Walk>, walk_grid<Walk>(shape, shares), shares, slots, x, partial,
           partial_squares);
    launch(context, finish_moments, channel_grid(shape.channels), shares, slots / shape.channels, x,
           partial, partial_squares, running, saved);
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
  const std::int64_t slots = Walk::slots(shape);
  const std::int64_t partials = shares.splits * slots;
  double* partial = context.scratch->take<double>(2 * partials + shape.channels);
  double* partial_along = partial + partials;
  auto* taken = reinterpret_cast<float*>(partial_along + partials);
  launch(context, add_gradients<Walk>, walk_grid<Walk>(shape, shares), shares, slots, x, dy, saved,
         partial, partial_along);
  launch(context, finish_gradients, channel_grid(shape.channels), shares, slots / shape.channels,
         partial, partial_along, saved, dweight, dbias, taken);
  if (dx == nullptr) return;
  launch(context, pass_back<Walk>, walk_grid<Walk>(shape, shares), shares, x, weight, saved, taken,
         dy, dx);
}

bool is_empty(const BatchNormShape& shape) {
  return shape.samples * shape.channels * shape.inner == 0;
}

}  // namespace

void own_batch_norm_forward(const Context& context, const BatchNormShape& shape, Training training,
                            const float* x, const float* weight, const float* bias, float* running,
                            float* saved, float* y) {
  if (is_empty(shape)) return;
  const auto way = has_short_rows(shape) ? forward<ColumnWalk> : forward<RowWalk>;
  way(context, shape, training, x, weight, bias, running, saved, y);
}

void own_batch_norm_backward(const Context& context, const BatchNormShape& shape, const float* x,
                             const float* weight, const float* saved, const float* dy, float* dx,
                             float* dweight, float* dbias) {
  if (is_empty(shape)) return;
  const auto way = has_short_rows(shape) ? backward<ColumnWalk> : backward<RowWalk>;
  way(context, shape, x, weight, saved, dy, dx, dweight, dbias);
}

}  // namespace palsim::cuda
