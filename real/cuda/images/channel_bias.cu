#include "real/cuda/images/channel_bias.hpp"
#include "real/cuda/images/channel_sums.cuh"

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
    next_indices(walk, at);
    for (int k = 0; k < walk_loads; ++k) values[k] = at[k] < 0 ? 0 : y[at[k]];
    for (int k = 0; k < walk_loads; ++k) {
      if (at[k] >= 0) y[at[k]] = values[k] + added;
    }
  }
}

template <class Walk>
__global__ void __launch_bounds__(walk_warps* warp_lanes)
    add_partial_sums(ChannelShares shares, const float* __restrict__ dy,
                     double* __restrict__ partial) {
  Walk walk(shares);
  double sum = 0;
  while (walk.more()) {
    std::int64_t at[walk_loads];
    float gradients[walk_loads];
    next_indices(walk, at);
    load(dy, at, gradients);
    float near_sum = 0;
    for (const float gradient : gradients) near_sum += gradient;
    sum += near_sum;
  }
  keep_sum(walk, shares, sum, 0, partial);
}

struct FinishSums {
  static constexpr int sums = 1;

  __device__ void operator()(const ChannelShares&, std::int64_t channel,
                             const double (&sum)[1]) const {
    dbias[channel] += static_cast<float>(sum[0]);
  }

  float* dbias;
};

template <class Walk>
void bias_by(const Context& context, const ChannelShape& shape, const float* bias, float* y) {
  const ChannelShares shares = shares_of<Walk>(shape);
  launch(context, add_bias<Walk>, walk_grid<Walk>(shape, shares), shares, bias, y);
}

template <class Walk>
void sums_by(const Context& context, const ChannelShape& shape, const float* dy, float* dbias) {
  const ChannelShares shares = shares_of<Walk>(shape);
  double* partial = context.scratch->take<double>(partial_sums(shares));
  launch(context, add_partial_sums<Walk>, walk_grid<Walk>(shape, shares), shares, dy, partial);
  finish_channels(context, shares, partial, FinishSums{dbias});
}

}  // namespace

void add_channel_bias(const Context& context, const ChannelShape& shape, const float* bias,
                      float* y) {
  walk_channels(context, shape, bias_by<RowWalk>, bias_by<ColumnWalk>, bias, y);
}

void add_channel_sums(const Context& context, const ChannelShape& shape, const float* dy,
                      float* dbias) {
  walk_channels(context, shape, sums_by<RowWalk>, sums_by<ColumnWalk>, dy, dbias);
}

}  // namespace palsim::cuda
