// What this GPU does at most: copies far larger than its cache, and large matrix products by
// cuBLAS.
#include <fmt/format.h>

#include <algorithm>

#include "real/cuda/check.hpp"
#include "real/cuda/vectors/wire.hpp"
#include "sim/core/error.hpp"
#include "tests/bench/cuda/blocks.hpp"
#include "tests/bench/cuda/desk.hpp"
#include "tests/bench/cuda/event_timer.hpp"
#include "tests/bench/cuda/operands.hpp"

namespace palsim::cuda {
namespace {

double copy_ceiling(Sizes sizes, Report& report) {
  const Desk desk;
  EventTimer timer(desk.context().stream, sizes);
  double best = 0;
  for (const std::int64_t mebibytes : {256, 1024}) {
    const std::int64_t count = (sizes == Sizes::tiny ? 1 : mebibytes) << 18;
    const Operands operands(sizes, {{count}, {count}});
    const auto bytes = static_cast<std::size_t>(count) * sizeof(float);
    const double seconds = timer.median_s([&](std::int64_t call) {
      check(cudaMemcpyAsync(operands.at(call, 1), operands.at(call, 0), bytes,
                            cudaMemcpyDeviceToDevice, desk.context().stream),
            "copying");
    });
    const double moved = 2 * static_cast<double>(bytes);
    best = std::max(best, moved / seconds);
    report.moved(fmt::format("copy of {} MiB", mebibytes), moved, seconds, best);
  }
  return best;
}

struct Product {
  const char* name;
  cudaDataType operands;
  cublasComputeType_t compute;
};

// Square matrices; the result is in fp32.
double product_rate(Sizes sizes, const Product& product, Report& report) {
  const int size = sizes == Sizes::tiny ? 16 : 8192;
  const std::int64_t count = std::int64_t{size} * size;
  const Desk desk;
  const Operands operands(sizes, {{count}, {count}, {count}});
  if (product.operands == CUDA_R_16BF) {
    for (std::int64_t set = 0; set < operands.sets(); ++set) {
      // Half of the third takes what the others are rounded to, one after the other.
      for (const std::size_t factor : {0, 1}) {
        auto* rounded = reinterpret_cast<Bf16*>(operands.at(set, 2));
        pack(desk.context(), count, operands.at(set, factor), rounded);
        check(cudaMemcpyAsync(operands.at(set, factor), rounded,
                              static_cast<std::size_t>(count) * sizeof(Bf16),
                              cudaMemcpyDeviceToDevice, desk.context().stream),
              "copying a factor");
      }
    }
  }
  EventTimer timer(desk.context().stream, sizes);
  const float one = 1;
  const float zero = 0;
  const double seconds = timer.median_s([&](std::int64_t call) {
    check(cublasGemmEx(desk.context().blas, CUBLAS_OP_T, CUBLAS_OP_N, size, size, size, &one,
                       operands.at(call, 0), product.operands, size, operands.at(call, 1),
                       product.operands, size, &zero, operands.at(call, 2), CUDA_R_32F, size,
                       product.compute, CUBLAS_GEMM_DEFAULT),
          "multiplying matrices");
  });
  const double flops = 2.0 * size * size * size;
  report.computed(fmt::format("product, {}", product.name), flops, seconds, flops / seconds);
  return flops / seconds;
}

}  // namespace

double Ceilings::flops_per_s(MatrixPrecision precision) const {
  switch (precision) {
    case MatrixPrecision::fp32:
      return fp32_flops_per_s;
    case MatrixPrecision::tf32:
      return tf32_flops_per_s;
    case MatrixPrecision::bf16:
      return bf16_flops_per_s;
  }
  throw InternalError("a precision that is none");
}

Ceilings ceiling_figures(Sizes sizes, Report& report) {
  report.begin_block("ceilings", "copies by the driver, products of 8192 x 8192 by cuBLAS");
  Ceilings ceilings;
  ceilings.copy_bytes_per_s = copy_ceiling(sizes, report);
  ceilings.fp32_flops_per_s = product_rate(sizes, {"fp32", CUDA_R_32F, CUBLAS_COMPUTE_32F}, report);
  ceilings.tf32_flops_per_s =
      product_rate(sizes, {"tf32", CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32}, report);
  ceilings.bf16_flops_per_s =
      product_rate(sizes, {"bf16", CUDA_R_16BF, CUBLAS_COMPUTE_32F}, report);
  return ceilings;
}

}  // namespace palsim::cuda
