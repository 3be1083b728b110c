#include "real/cuda/layers/linear.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "real/cuda/blas_handle.hpp"
#include "real/cuda/check.hpp"
#include "real/cuda/compute_type.hpp"
#include "real/cuda/layers/added_row.hpp"
#include "real/cuda/layers/column_sums.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

// cuBLAS counts in int.
int extent(std::int64_t count) {
  require<InputError>(count <= std::numeric_limits<int>::max(),
                      "a linear layer of {} rows or features: cuBLAS takes at most {}; write more "
                      "micro_batches",
                      count, std::numeric_limits<int>::max());
  return static_cast<int>(count);
}

// A factor of a product: rows x columns, `stride` numbers from one row to the next, or the
// transpose of what is stored so.
struct Factor {
  const float* data;
  std::int64_t stride;
  cublasOperation_t operation;
};
Factor plain(const float* data, std::int64_t stride) { return {data, stride, CUBLAS_OP_N}; }
Factor transposed(const float* data, std::int64_t stride) { return {data, stride, CUBLAS_OP_T}; }

// product = left right + kept product; rows x columns, summed over `inner`. cuBLAS takes matrices
// column by column, which makes each the transpose of ours: (left right)^T = right^T left^T.
void multiply(const Context& context, std::int64_t rows, std::int64_t columns, std::int64_t inner,
              const Factor& left, const Factor& right, float kept, float* product) {
  if (rows == 0 || columns == 0) return;
  const float one = 1;
  const auto stride = [](std::int64_t count) { return std::max(extent(count), 1); };
  check(cublasGemmEx(context.blas, right.operation, left.operation, extent(columns), extent(rows),
                     extent(inner), &one, right.data, CUDA_R_32F, stride(right.stride), left.data,
                     CUDA_R_32F, stride(left.stride), &kept, product, CUDA_R_32F, stride(columns),
                     compute_type(context.precision), CUBLAS_GEMM_DEFAULT),
        "multiplying matrices");
}

}  // namespace

void linear_forward(const Context& context, const LinearShape& shape, const float* x,
                    const float* weight, const float* bias, float* y) {
  // Writing the bias first and reading it in the product moves as many bytes as adding it after,
  // but the reading goes on beside the arithmetic.
  if (bias != nullptr) {
    add_row(context, shape.rows, shape.out_features, nullptr, bias, y);
  }
  multiply(context, shape.rows, shape.out_features, shape.in_features, plain(x, shape.in_features),
           transposed(weight, shape.in_features), bias == nullptr ? 0.0F : 1.0F, y);
}

void linear_backward(const Context& context, const LinearShape& shape, const float* x,
                     const float* weight, const float* dy, float* dx, float* dweight,
                     float* dbias) {
  if (shape.rows == 0) return;
  multiply(context, shape.out_features, shape.in_features, shape.rows,
           transposed(dy, shape.out_features), plain(x, shape.in_features), 1, dweight);
  if (dbias != nullptr) {
    column_sums(context, shape.rows, shape.out_features, dy, dbias);
  }
  if (dx != nullptr) {
    multiply(context, shape.rows, shape.in_features, shape.out_features,
             plain(dy, shape.out_features), plain(weight, shape.in_features), 0, dx);
  }
}

}  // namespace palsim::cuda
