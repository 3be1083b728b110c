#include "real/cuda/vectors/elementwise.cuh"
#include "real/cuda/vectors/update.hpp"
#include "real/device/update_arithmetic.hpp"

namespace palsim::cuda {
namespace {

struct Fill {
  float value;
  __device__ void operator()(float& x) const { x = value; }
};

struct Scale {
  float factor;
  __device__ void operator()(float& x) const { x *= factor; }
};

template <Momentum kind>
struct Sgd {
  SgdCoefficients<float> with;
  __device__ void operator()(float g, float& u, float& x) const {
    sgd_update<kind>(with, g, &u, x);
  }
};

struct PlainSgd {
  SgdCoefficients<float> with;
  __device__ void operator()(float g, float& x) const {
    sgd_update<Momentum::none>(with, g, static_cast<float*>(nullptr), x);
  }
};

struct AdamW {
  AdamWCoefficients<float> with;
  __device__ void operator()(float g, float& m, float& v, float& x) const {
    adamw_update(with, g, m, v, x);
  }
};

struct Mix {
  float rate;
  __device__ void operator()(float global, float& x) const { x = mixed(rate, global, x); }
};

struct OuterGradient {
  __device__ void operator()(float global, float x, float& delta) const {
    delta = outer_gradient_of(global, x);
  }
};

struct OuterNesterov {
  float learning_rate;
  float momentum;
  __device__ void operator()(float delta, float& u, float& global, float& x) const {
    descend<Momentum::nesterov>(learning_rate, momentum, delta, &u, global);
    x = global;
  }
};

struct OuterDescent {
  float learning_rate;
  __device__ void operator()(float delta, float& global, float& x) const {
    descend<Momentum::none>(learning_rate, 0.0F, delta, static_cast<float*>(nullptr), global);
    x = global;
  }
};

struct SlowMomentum {
  SlowMomentumCoefficients<float> with;
  __device__ void operator()(float& u, float& previous, float& x) const {
    slow_momentum_update(with, u, previous, x);
  }
};

constexpr int norm_threads = 256;
constexpr int norm_units = 4;
// As many sums as the second stage has threads.
constexpr int most_norm_blocks = 1024;

// The block's sum, at its first thread. Halves are added to halves: a fixed order.
__device__ double summed_in_block(double value, double* sums) {
  const int thread = static_cast<int>(threadIdx.x);
  sums[thread] = value;
  __syncthreads();
  for (int half = static_cast<int>(blockDim.x) / 2; half > 0; half /= 2) {
    if (thread < half) sums[thread] += sums[thread + half];
    __syncthreads();
  }
  return sums[0];
}

__device__ double squared(float value) {
  const auto wide = static_cast<double>(value);
  return wide * wide;
}

__global__ void __launch_bounds__(norm_threads)
    squared_norm_kernel(PackedRange range, const float* x, double* sums) {
  __shared__ double of_threads[norm_threads];
  constexpr int units = norm_units;
  const std::int64_t stride = std::int64_t{gridDim.x} * norm_threads;
  const std::int64_t first = std::int64_t{blockIdx.x} * norm_threads + threadIdx.x;
  const auto* packs = reinterpret_cast<const Pack<float, pack_width>*>(x);
  double sum = 0;
  for (std::int64_t base = first; base < range.packs; base += units * stride) {
    Pack<float, pack_width> held[units];
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      const std::int64_t at = base + unit * stride;
      if (at < range.packs) held[unit] = packs[at];
    }
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      if (base + unit * stride < range.packs) {
        for (const float value : held[unit].at) sum += squared(value);
      }
    }
  }
  if (first < range.singles()) sum += squared(x[range.single(first)]);
  const double of_block = summed_in_block(sum, of_threads);
  if (threadIdx.x == 0) sums[blockIdx.x] = of_block;
}

__global__ void __launch_bounds__(most_norm_blocks) total_kernel(int blocks, double* sums) {
  __shared__ double of_blocks[most_norm_blocks];
  const int thread = static_cast<int>(threadIdx.x);
  const double total = summed_in_block(thread < blocks ? sums[thread] : 0.0, of_blocks);
  if (thread == 0) sums[0] = total;
}

}  // namespace

void fill(const Context& context, std::int64_t count, float value, float* x) {
  elementwise(context, count, Fill{value}, write(x));
}

void copy(const Context& context, std::int64_t count, const float* from, float* to) {
  if (count <= 0 || from == to) return;
  check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(count) * sizeof(float),
                        cudaMemcpyDeviceToDevice, context.stream),
        "copying a vector");
}

void scale(const Context& context, std::int64_t count, float factor, float* x) {
  elementwise(context, count, Scale{factor}, read_write(x));
}

double squared_norm(const Context& context, std::int64_t count, const float* x) {
  if (count <= 0) return 0;
  const PackedRange range = packed_range(count, x);
  // Of the size alone, as the order of the sum is.
  const std::int64_t wanted = ceil_div(count, norm_threads * norm_units * pack_width);
  const int blocks = static_cast<int>(std::min<std::int64_t>(wanted, most_norm_blocks));
  auto* sums = context.scratch->take<double>(blocks);
  launch(context, squared_norm_kernel, {static_cast<unsigned>(blocks), norm_threads}, range,
         x + range.head, sums);
  launch(context, total_kernel, {1, most_norm_blocks}, blocks, sums);
  double total = 0;
  check(cudaMemcpyAsync(&total, sums, sizeof total, cudaMemcpyDeviceToHost, context.stream),
        "fetching a norm");
  check(cudaStreamSynchronize(context.stream), "waiting for a norm");
  return total;
}

void sgd(const Context& context, std::int64_t count, const SgdStep& step, float scale,
         const float* g, float* u, float* x) {
  const SgdCoefficients<float> with = coefficients_of(step, scale);
  switch (momentum_of(step)) {
    case Momentum::none:
      return elementwise(context, count, PlainSgd{with}, read(g), read_write(x));
    case Momentum::heavy_ball:
      return elementwise(context, count, Sgd<Momentum::heavy_ball>{with}, read(g), read_write(u),
                         read_write(x));
    case Momentum::nesterov:
      return elementwise(context, count, Sgd<Momentum::nesterov>{with}, read(g), read_write(u),
                         read_write(x));
  }
}

void adamw(const Context& context, std::int64_t count, const AdamWStep& step, float scale,
           const float* g, float* m, float* v, float* x) {
  elementwise(context, count, AdamW{coefficients_of(step, scale)}, read(g), read_write(m),
              read_write(v), read_write(x));
}

void mix(const Context& context, std::int64_t count, float rate, const float* global, float* x) {
  elementwise(context, count, Mix{rate}, read(global), read_write(x));
}

void outer_gradient(const Context& context, std::int64_t count, const float* global, const float* x,
                    float* delta) {
  elementwise(context, count, OuterGradient{}, read(global), read(x), write(delta));
}

void outer_nesterov(const Context& context, std::int64_t count, const OuterStep& step,
                    const float* delta, float* u, float* global, float* x) {
  const auto learning_rate = static_cast<float>(step.learning_rate);
  if (momentum_of(step) == Momentum::none) {
    elementwise(context, count, OuterDescent{learning_rate}, read(delta), read_write(global),
                write(x));
  } else {
    elementwise(context, count, OuterNesterov{learning_rate, static_cast<float>(step.momentum)},
                read(delta), read_write(u), read_write(global), write(x));
  }
}

void slow_momentum(const Context& context, std::int64_t count, const SlowMomentumStep& step,
                   float* u, float* previous, float* x) {
  elementwise(context, count, SlowMomentum{coefficients_of<float>(step)}, read_write(u),
              read_write(previous), read_write(x));
}

}  // namespace palsim::cuda
