#include "real/cuda/images/channel_bias.hpp"
#include "real/cuda/images/channel_walk.cuh"
#include "real/cuda/launch.cuh"

namespace palsim::cuda {
namespace {

template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    add_bias(ChannelShares shares, const float* __restrict__ bias, float* __restrict__ y) {
  Walk walk(shares);
  const float added = __ldg(bias + walk.channel());
  while (walk.more()) {
    std::int64_t at[walk_loads];
    float values[walk_loads];
    for (int k = 0; k < walk_loads; ++k) at[k] = walk.next();
    for (int k = 0; k < walk_loads; ++k) values[k] = at[k] < 0 ? 0 : y[at[k]];
    for (int k = 0; k < walk_loads; ++k) {
      if (at[k] >= 0) y[at[k]] = values[k] + added;
    }
  }
}

template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    add_partial_sums(ChannelShares shares, std::int64_t slots, const float* __restrict__ dy,
                     double* __restrict__ partial) {
  Walk walk(shares);
  double sum = 0;
  while (walk.more()) {
    std::int64_t at[walk_loads];
    for (int k = 0; k < walk_loads; ++k) at[k] = walk.next();
    float near_sum = 0;
    for (int k = 0; k < walk_loads; ++k) near_sum += at[k] < 0 ? 0 : __ldg(dy + at[k]);
    sum += near_sum;
  }
  sum = sum_of_block<Walk>(sum);
  if (threadIdx.y == 0 && walk.slot() >= 0) *partial_sum(partial, slots, walk.slot()) = sum;
}

__global__ void finish_sums(ChannelShares shares, int slots_of_channel,
                            const double* __restrict__ partial, float* __restrict__ dbias) {
  const std::int64_t channel = channel_of_warp();
  if (channel >= shares.channels) return;  // the whole warp
  const double sum =
      sum_of_channel(partial, shares.splits, shares.channels, slots_of_channel, channel);
  if (threadIdx.x == 0) dbias[channel] += static_cast<float>(sum);
}

template <class Walk>
void bias_by(const Context& context, const ChannelShape& shape, const float* bias, float* y) {
  const ChannelShares shares = shares_of<Walk>(shape);
  launch(context, add_bias<Walk>, walk_grid<Walk>(shape, shares), shares, bias, y);
}

template <class Walk>
void sums_by(const Context& context, const ChannelShape& shape, const float* dy, float* dbias) {
  const ChannelShares shares = shares_of<Walk>(shape);
  const std::int64_t slots = Walk::slots(shape);
  double* partial = context.scratch->take<double>(shares.splits * slots);
  launch(context, add_partial_sums<Walk>, walk_grid<Walk>(shape, shares), shares, slots, dy,
         partial);
  launch(context, finish_sums, channel_grid(shape.channels), shares, slots / shape.channels,
         partial, dbias);
}

bool is_empty(const ChannelShape& shape) {
  return shape.samples * shape.channels * shape.inner == 0;
}

}  // namespace

void add_channel_bias(const Context& context, const ChannelShape& shape, const float* bias,
                      float* y) {
  if (is_empty(shape)) return;
  const auto way = has_short_rows(shape) ? bias_by<ColumnWalk> : bias_by<RowWalk>;
  way(context, shape, bias, y);
}

void add_channel_sums(const Context& context, const ChannelShape& shape, const float* dy,
                      float* dbias) {
  if (is_empty(shape)) return;
  const auto way = has_short_rows(shape) ? sums_by<ColumnWalk> : sums_by<RowWalk>;
  way(context, shape, dy, dbias);
}

}  // namespace palsim::cuda
