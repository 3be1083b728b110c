#include "real/cuda/matrix_product.hpp"

#include <algorithm>
#include <limits>

#include "real/cuda/check.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

cublasComputeType_t compute_type(MatrixPrecision precision) {
  switch (precision) {
    case MatrixPrecision::fp32:
      return CUBLAS_COMPUTE_32F;
    case MatrixPrecision::tf32:
      return CUBLAS_COMPUTE_32F_FAST_TF32;
    case MatrixPrecision::bf16:
      return CUBLAS_COMPUTE_32F_FAST_16BF;
  }
  fail("no such precision");
}

// cuBLAS counts in int.
int extent(std::int64_t count) {
  constexpr int most = std::numeric_limits<int>::max();
  require<InputError>(count <= most,
                      "a layer multiplies matrices of {} rows or columns: cuBLAS takes at most {}; "
                      "write more micro_batches",
                      count, most);
  return static_cast<int>(count);
}

// At least 1, though the matrix be empty.
int stride(std::int64_t row) { return std::max(extent(row), 1); }

}  // namespace

// cuBLAS takes matrices column by column, which makes each the transpose of ours:
// (left right)^T = right^T left^T.
void multiply(const Context& context, const ProductShape& shape, const Factor& left,
              const Factor& right, float kept, const Matrix<float>& product) {
  if (shape.rows == 0 || shape.columns == 0) return;
  const float one = 1;
  const int m = extent(shape.columns);
  const int n = extent(shape.rows);
  const int k = extent(shape.inner);
  const int right_stride = stride(right.stored.row);
  const int left_stride = stride(left.stored.row);
  const cublasComputeType_t type = compute_type(context.precision);
  if (shape.count == 1) {  // whether the other call does it as fast was not measured
    check(cublasGemmEx(context.blas, right.operation, left.operation, m, n, k, &one,
                       right.stored.first, CUDA_R_32F, right_stride, left.stored.first, CUDA_R_32F,
                       left_stride, &kept, product.first, CUDA_R_32F, stride(product.row), type,
                       CUBLAS_GEMM_DEFAULT),
          "multiplying matrices");
    return;
  }
  check(cublasGemmStridedBatchedEx(context.blas, right.operation, left.operation, m, n, k, &one,
                                   right.stored.first, CUDA_R_32F, right_stride, right.stored.apart,
                                   left.stored.first, CUDA_R_32F, left_stride, left.stored.apart,
                                   &kept, product.first, CUDA_R_32F, stride(product.row),
                                   product.apart, extent(shape.count), type, CUBLAS_GEMM_DEFAULT),
        "multiplying matrices");
}

}  // namespace palsim::cuda
