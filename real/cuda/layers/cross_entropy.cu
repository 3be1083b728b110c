#include <cfloat>

#include "real/cuda/layers/cross_entropy.hpp"
#include "real/cuda/layers/packs.cuh"
#include "real/cuda/team.cuh"

namespace palsim::cuda {
namespace {

// Of some of a row's logits. Shifted by the largest, no exponential overflows.
struct Peak {
  float largest;
  float exponentials;  // the sum of exp(logit - largest)
  std::int32_t best;   // the first of the largest
};

// Of no logits: below any, finite, so that what is minus infinity is no NaN after the shift.
__device__ Peak no_peak() { return {-FLT_MAX, 0, INT32_MAX}; }

__device__ Peak from_lane(const Peak& peak, int distance) {
  return {__shfl_xor_sync(all_lanes, peak.largest, distance),
          __shfl_xor_sync(all_lanes, peak.exponentials, distance),
          __shfl_xor_sync(all_lanes, peak.best, distance)};
}

struct JoinPeaks {
  __device__ Peak operator()(const Peak& a, const Peak& b) const {
    const float largest = fmaxf(a.largest, b.largest);
    // Not fused, so that the two lanes of a pair get the same bits.
    const float exponentials = __fadd_rn(__fmul_rn(a.exponentials, expf(a.largest - largest)),
                                         __fmul_rn(b.exponentials, expf(b.largest - largest)));
    const bool a_is_first = a.largest == b.largest ? a.best < b.best : a.largest > b.largest;
    return {largest, exponentials, a_is_first ? a.best : b.best};
  }
};

// Takes `count` logits whose classes are first, first + step, ... in; beyond the row they are minus
// infinity. What is not a number makes the sum none.
template <int count>
__device__ void take(const float (&logits)[count], std::int64_t first, std::int64_t step,
                     Peak& peak) {
  float largest = peak.largest;
#pragma unroll
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::int32_t>(first + i * step);
    if (logits[i] > largest || (logits[i] == largest && at < peak.best)) {
      largest = logits[i];
      peak.best = at;
    }
  }
  float exponentials = 0;
#pragma unroll
  for (int i = 0; i < count; ++i) exponentials += expf(logits[i] - largest);
  peak.exponentials = peak.exponentials * expf(peak.largest - largest) + exponentials;
  peak.largest = largest;
}

// A row's share of LossSum, which is not trivial enough for shared memory.
struct RowLoss {
  double loss;
  std::int64_t correct;
};

__device__ RowLoss loss_of(const Peak& peak, float of_target, std::int32_t target) {
  return {log(static_cast<double>(peak.exponentials)) +
              (static_cast<double>(peak.largest) - static_cast<double>(of_target)),
          peak.best == target ? 1 : 0};
}

// d (scale loss) / d logit
struct Gradient {
  __device__ Gradient(const Peak& peak, std::int32_t to, double scale)
      : largest(peak.largest),
        factor(static_cast<float>(scale / static_cast<double>(peak.exponentials))),
        of_target(static_cast<float>(scale)),
        target(to) {}
  __device__ float operator()(float logit, std::int64_t at) const {
    const float probable = expf(logit - largest) * factor;
    return at == target ? probable - of_target : probable;
  }

  float largest;
  float factor;
  float of_target;
  std::int32_t target;
};

constexpr int few_classes_threads = 256;

// `lanes` threads for a row, which they keep in registers, `numbers` each.
template <int lanes, int numbers>
__global__ void __launch_bounds__(few_classes_threads)
    few_classes_kernel(std::int64_t rows, std::int64_t classes, float* logits,
                       const std::int32_t* targets, double scale, RowLoss* losses) {
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t row =
      std::int64_t{blockIdx.x} * (few_classes_threads / lanes) + thread / lanes;
  const int lane = thread % lanes;
  const bool there = row < rows;
  float* of_row = logits + row * classes;
  float held[numbers];
#pragma unroll
  for (int i = 0; i < numbers; ++i) {
    const std::int64_t at = lane + i * lanes;
    held[i] = there && at < classes ? of_row[at] : -INFINITY;
  }
  const std::int32_t target = there ? targets[row] : 0;
  const float of_target = there ? of_row[target] : 0;
  Peak peak = no_peak();
  take(held, lane, lanes, peak);
  peak = joined_in_team<lanes>(peak, JoinPeaks{});
  __syncwarp();  // until all have read the target's logit, which one of them overwrites
  if (!there) return;
  if (lane == 0) losses[row] = loss_of(peak, of_target, target);
  const Gradient gradient(peak, target, scale);
#pragma unroll
  for (int i = 0; i < numbers; ++i) {
    const std::int64_t at = lane + i * lanes;
    if (at < classes) of_row[at] = gradient(held[i], at);
  }
}

// Many, so that few rows are at work at once and stay in the L2 until they are read again.
constexpr int many_classes_threads = 1024;

// A block for a row. Rows may begin anywhere: packs are those of the memory, between single numbers
// at both ends.
__global__ void __launch_bounds__(many_classes_threads)
    many_classes_kernel(std::int64_t classes, float* logits, const std::int32_t* targets,
                        double scale, RowLoss* losses) {
  constexpr int units = 2;
  constexpr std::int64_t stride = many_classes_threads;
  const std::int64_t row = blockIdx.x;
  const int thread = static_cast<int>(threadIdx.x);
  float* of_row = logits + row * classes;
  const std::int64_t head = elements_before_pack(of_row);
  const std::int64_t packs = (classes - head) / pack_width;
  float* of_packs = of_row + head;
  // Fewer than two packs; where they are, thread by thread.
  const std::int64_t single = thread < head ? thread : thread + packs * pack_width;
  const std::int32_t target = targets[row];
  const float of_target = of_row[target];

  Peak peak = no_peak();
  for (std::int64_t base = thread; base < packs; base += units * stride) {
    Floats<pack_width> held[units];
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      const std::int64_t at = base + unit * stride;
      if (at < packs) held[unit] = pack_at<pack_width>(of_packs + at * pack_width);
    }
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      const std::int64_t at = base + unit * stride;
      if (at < packs) take(held[unit].at, head + at * pack_width, 1, peak);
    }
  }
  if (single < classes) {
    const float alone[] = {of_row[single]};
    take(alone, single, 1, peak);
  }
  // All have read the target's logit when the first of them goes on to write.
  peak = joined_in_team<many_classes_threads>(peak, JoinPeaks{});
  if (thread == 0) losses[row] = loss_of(peak, of_target, target);

  // Backwards: what was read last is the nearest.
  const Gradient gradient(peak, target, scale);
  if (single < classes) of_row[single] = gradient(of_row[single], single);
  for (std::int64_t base = packs - 1 - thread; base >= 0; base -= units * stride) {
    Floats<pack_width> held[units];
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      const std::int64_t at = base - unit * stride;
      if (at >= 0) held[unit] = pack_at<pack_width>(of_packs + at * pack_width);
    }
#pragma unroll
    for (int unit = 0; unit < units; ++unit) {
      const std::int64_t at = base - unit * stride;
      if (at < 0) break;
#pragma unroll
      for (int i = 0; i < pack_width; ++i) {
        held[unit].at[i] = gradient(held[unit].at[i], head + at * pack_width + i);
      }
      put(held[unit], of_packs + at * pack_width);
    }
  }
}

constexpr int total_threads = 1024;

// By one block: 16 bytes a row.
__global__ void __launch_bounds__(total_threads)
    total_kernel(std::int64_t rows, const RowLoss* losses, LossSum* sums) {
  __shared__ RowLoss of_threads[total_threads];
  const int thread = static_cast<int>(threadIdx.x);
  RowLoss sum = {0, 0};
#pragma unroll 4
  for (std::int64_t row = thread; row < rows; row += total_threads) {
    sum.loss += losses[row].loss;
    sum.correct += losses[row].correct;
  }
  of_threads[thread] = sum;
  __syncthreads();
  for (int half = total_threads / 2; half > 0; half /= 2) {
    if (thread < half) {
      of_threads[thread].loss += of_threads[thread + half].loss;
      of_threads[thread].correct += of_threads[thread + half].correct;
    }
    __syncthreads();
  }
  if (thread == 0) {
    sums->loss = of_threads[0].loss;
    sums->correct = of_threads[0].correct;
  }
}

template <int lanes, int numbers>
void few_classes(const Context& context, std::int64_t rows, std::int64_t classes, float* logits,
                 const std::int32_t* targets, double scale, RowLoss* losses) {
  launch(context, few_classes_kernel<lanes, numbers>,
         {static_cast<unsigned>(ceil_div(rows, few_classes_threads / lanes)), few_classes_threads},
         rows, classes, logits, targets, scale, losses);
}

}  // namespace

void cross_entropy(const Context& context, std::int64_t rows, std::int64_t classes, float* logits,
                   const std::int32_t* targets, double scale, LossSum* sums) {
  auto* losses = context.scratch->take<RowLoss>(rows);
  if (classes <= 8 * 2) {
    few_classes<8, 2>(context, rows, classes, logits, targets, scale, losses);
  } else if (classes <= 32 * 4) {
    few_classes<32, 4>(context, rows, classes, logits, targets, scale, losses);
  } else if (classes <= 32 * 32) {
    few_classes<32, 32>(context, rows, classes, logits, targets, scale, losses);
  } else {
    launch(context, many_classes_kernel, {static_cast<unsigned>(rows), many_classes_threads},
           classes, logits, targets, scale, losses);
  }
  launch(context, total_kernel, {1, total_threads}, rows, losses, sums);
}

}  // namespace palsim::cuda
