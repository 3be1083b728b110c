#include "real/cuda/layers/column_sums.cuh"
#include "real/cuda/layers/row_norm.hpp"
#include "real/cuda/team.cuh"

namespace palsim::cuda {
namespace {

constexpr float epsilon = 1e-5F;
constexpr int norm_threads = 256;  // of a block
constexpr int numbers_in_warp_lane = 32;
constexpr int numbers_in_block_thread = 16;

// A part of a row: what one thread of its team works on, packs that lie a team apart. The first
// `units` of them are kept in registers between passes; what lies beyond is read again.
template <int threads, int numbers, int width>
struct RowPart {
  static constexpr int units = numbers / width;
  static constexpr int step = threads * width;

  explicit __device__ RowPart(const RowNormShape& shape)
      : row(std::int64_t{blockIdx.x} * (norm_threads / threads) + threadIdx.x / threads),
        first(static_cast<std::int64_t>(threadIdx.x % threads) * width),
        columns(shape.width) {}

  // Calls kept(unit, column), then again(column) for what is not kept.
  template <class Kept, class Again>
  __device__ void for_each(Kept kept, Again again) const {
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      const std::int64_t column = first + unit * step;
      if (column < columns) kept(unit, column);
    }
    for (std::int64_t column = first + units * step; column < columns; column += step) {
      again(column);
    }
  }

  std::int64_t row;
  std::int64_t first;
  std::int64_t columns;
};

template <int width>
__device__ float sum_of(const Floats<width>& pack) {
  float sum = 0;
#pragma unroll
  for (const float value : pack.at) sum += value;
  return sum;
}

template <int width>
__device__ float squared_distance(const Floats<width>& pack, float from) {
  float sum = 0;
#pragma unroll
  for (const float value : pack.at) sum += (value - from) * (value - from);
  return sum;
}

template <int threads, int numbers, int width>
__global__ void __launch_bounds__(norm_threads, 2)
    forward_kernel(RowNormShape shape, RowNorm norm, const float* x, const float* weight,
                   const float* bias, float* saved, float* y) {
  const RowPart<threads, numbers, width> part(shape);
  if (part.row >= shape.rows) return;  // a whole team
  const float* in = x + part.row * shape.width;
  float* out = y + part.row * shape.width;
  const auto extent = static_cast<float>(shape.width);

  Floats<width> held[part.units];
  float mean = 0;
  float sum = 0;
  part.for_each(
      [&](int unit, std::int64_t column) {
        held[unit] = pack_at<width>(in + column);
        sum += sum_of(held[unit]);
      },
      [&](std::int64_t column) { sum += sum_of(pack_at<width>(in + column)); });
  if (norm == RowNorm::layer) mean = joined_in_team<threads>(sum, Sum{}) / extent;

  float squares = 0;
  part.for_each(
      [&](int unit, std::int64_t) { squares += squared_distance(held[unit], mean); },
      [&](std::int64_t column) { squares += squared_distance(pack_at<width>(in + column), mean); });
  const float variance = joined_in_team<threads>(squares, Sum{}) / extent;
  const float inverse_deviation = 1.0F / sqrtf(variance + epsilon);

  const auto normalize = [&](const Floats<width>& pack, std::int64_t column) {
    const auto weights = pack_at<width>(weight + column);
    const auto biases = bias == nullptr ? zeros<width>() : pack_at<width>(bias + column);
    Floats<width> result;
#pragma unroll
    for (int i = 0; i < width; ++i) {
      result.at[i] = (pack.at[i] - mean) * inverse_deviation * weights.at[i] + biases.at[i];
    }
    put(result, out + column);
  };
  part.for_each([&](int unit, std::int64_t column) { normalize(held[unit], column); },
                [&](std::int64_t column) { normalize(pack_at<width>(in + column), column); });
  if (part.first == 0) {
    saved[part.row] = mean;
    saved[shape.rows + part.row] = inverse_deviation;
  }
}

// What a thread knows of the numbers of a pack, in the backward pass.
template <int width>
struct BackwardPack {
  Floats<width> normalized;
  Floats<width> weighted;  // gradient of the normalized
};

struct BackwardRow {
  template <int width>
  __device__ BackwardPack<width> at(std::int64_t column) const {
    const auto in = pack_at<width>(x + column);
    const auto out = pack_at<width>(dy + column);
    const auto weights = pack_at<width>(weight + column);
    BackwardPack<width> pack;
#pragma unroll
    for (int i = 0; i < width; ++i) {
      pack.normalized.at[i] = (in.at[i] - mean) * inverse_deviation;
      pack.weighted.at[i] = out.at[i] * weights.at[i];
    }
    return pack;
  }

  const float* x;
  const float* dy;
  const float* weight;
  float mean;
  float inverse_deviation;
};

template <int threads, int numbers, int width>
__global__ void __launch_bounds__(norm_threads, 2)
    input_gradient_kernel(RowNormShape shape, RowNorm norm, const float* x, const float* weight,
                          const float* saved, const float* dy, float* dx) {
  const RowPart<threads, numbers, width> part(shape);
  if (part.row >= shape.rows) return;  // a whole team
  const std::int64_t begin = part.row * shape.width;
  const BackwardRow row{x + begin, dy + begin, weight, saved[part.row],
                        saved[shape.rows + part.row]};
  float* out = dx + begin;
  const auto extent = static_cast<float>(shape.width);

  BackwardPack<width> held[part.units];
  float sum = 0;
  float sum_along = 0;
  const auto count = [&](const BackwardPack<width>& pack) {
#pragma unroll
    for (int i = 0; i < width; ++i) {
      sum += pack.weighted.at[i];
      sum_along += pack.weighted.at[i] * pack.normalized.at[i];
    }
  };
  part.for_each(
      [&](int unit, std::int64_t column) {
        held[unit] = row.at<width>(column);
        count(held[unit]);
      },
      [&](std::int64_t column) { count(row.at<width>(column)); });
  const float mean = norm == RowNorm::layer ? joined_in_team<threads>(sum, Sum{}) / extent : 0.0F;
  const float along = joined_in_team<threads>(sum_along, Sum{}) / extent;

  const auto store = [&](const BackwardPack<width>& pack, std::int64_t column) {
    Floats<width> result;
#pragma unroll
    for (int i = 0; i < width; ++i) {
      result.at[i] =
          (pack.weighted.at[i] - mean - pack.normalized.at[i] * along) * row.inverse_deviation;
    }
    put(result, out + column);
  };
  part.for_each([&](int unit, std::int64_t column) { store(held[unit], column); },
                [&](std::int64_t column) { store(row.at<width>(column), column); });
}

// The terms of dweight, and of dbias where there is one.
template <int count>
struct ParameterGradients {
  static constexpr int matrices = count;

  bool packed(std::int64_t) const { return rows_are_packs(shape.width, x, dy); }
  template <int width>
  __device__ void at(std::int64_t row, std::int64_t column, Floats<width> (&terms)[count]) const {
    const auto in = pack_at<width>(x + row * shape.width + column);
    const auto out = pack_at<width>(dy + row * shape.width + column);
    const float mean = saved[row];
    const float inverse_deviation = saved[shape.rows + row];
#pragma unroll
    for (int i = 0; i < width; ++i) {
      terms[0].at[i] = out.at[i] * ((in.at[i] - mean) * inverse_deviation);
    }
    if constexpr (count == 2) terms[1] = out;
  }

  RowNormShape shape;
  const float* x;
  const float* saved;
  const float* dy;
};

// The kernel for rows of this width, and its blocks.
template <class Kernel>
struct RowLaunch {
  Kernel kernel;
  Grid grid;
};

template <class Kernel>
RowLaunch<Kernel> row_launch(const RowNormShape& shape, Kernel of_warps, Kernel of_blocks) {
  const bool by_warp = shape.width <= warp_lanes * numbers_in_warp_lane;
  const std::int64_t rows_in_block = by_warp ? norm_threads / warp_lanes : 1;
  return {by_warp ? of_warps : of_blocks,
          {static_cast<unsigned>(ceil_div(shape.rows, rows_in_block)), norm_threads}};
}

template <int width>
void forward(const Context& context, const RowNormShape& shape, RowNorm norm, const float* x,
             const float* weight, const float* bias, float* saved, float* y) {
  const auto rows = row_launch(shape, forward_kernel<warp_lanes, numbers_in_warp_lane, width>,
                               forward_kernel<norm_threads, numbers_in_block_thread, width>);
  launch(context, rows.kernel, rows.grid, shape, norm, x, weight, bias, saved, y);
}

template <int width>
void input_gradient(const Context& context, const RowNormShape& shape, RowNorm norm, const float* x,
                    const float* weight, const float* saved, const float* dy, float* dx) {
  const auto rows =
      row_launch(shape, input_gradient_kernel<warp_lanes, numbers_in_warp_lane, width>,
                 input_gradient_kernel<norm_threads, numbers_in_block_thread, width>);
  launch(context, rows.kernel, rows.grid, shape, norm, x, weight, saved, dy, dx);
}

}  // namespace

void row_norm_forward(const Context& context, const RowNormShape& shape, RowNorm norm,
                      const float* x, const float* weight, const float* bias, float* saved,
                      float* y) {
  if (rows_are_packs(shape.width, x, weight, bias, y)) {
    forward<pack_width>(context, shape, norm, x, weight, bias, saved, y);
  } else {
    forward<1>(context, shape, norm, x, weight, bias, saved, y);
  }
}

void row_norm_backward(const Context& context, const RowNormShape& shape, RowNorm norm,
                       const float* x, const float* weight, const float* saved, const float* dy,
                       float* dx, float* dweight, float* dbias) {
  // x and dy are read again, mostly from the L2: dx apart from the sums needs half the registers.
  if (dbias == nullptr) {
    sum_columns(context, shape.rows, shape.width, ParameterGradients<1>{shape, x, saved, dy},
                {{dweight}});
  } else {
    sum_columns(context, shape.rows, shape.width, ParameterGradients<2>{shape, x, saved, dy},
                {{dweight, dbias}});
  }
  if (dx == nullptr) return;
  if (rows_are_packs(shape.width, x, weight, dy, dx)) {
    input_gradient<pack_width>(context, shape, norm, x, weight, saved, dy, dx);
  } else {
    input_gradient<1>(context, shape, norm, x, weight, saved, dy, dx);
  }
}

}  // namespace palsim::cuda
