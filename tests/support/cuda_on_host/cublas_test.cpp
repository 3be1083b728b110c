// Products against three loops, in every form that cuBLAS takes them.
#include <cublas_v2.h>
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "real/comm/bf16.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

// A batch of column-major matrices, further apart than they are large.
struct Shape {
  int rows, columns;
  int leading() const { return rows + 2; }
  long long stride() const { return static_cast<long long>(leading()) * columns + 3; }
  std::int64_t count(int batch) const { return stride() * batch; }
  std::size_t at(int index, int i, int j) const {
    return static_cast<std::size_t>(index * stride() + i + static_cast<long long>(j) * leading());
  }
};

Shape stored(cublasOperation_t operation, int rows, int columns) {
  return operation == CUBLAS_OP_N ? Shape{rows, columns} : Shape{columns, rows};
}

struct Problem {
  cublasOperation_t transa, transb;
  int m, n, k;
  float alpha, beta;
  int batch = 1;
};

std::vector<double> by_loops(const Problem& problem, const std::vector<float>& a,
                             const std::vector<float>& b, const std::vector<float>& c) {
  const auto& [transa, transb, m, n, k, alpha, beta, batch] = problem;
  const Shape in_a = stored(transa, m, k);
  const Shape in_b = stored(transb, k, n);
  const Shape in_c{m, n};
  std::vector<double> result(c.begin(), c.end());
  for (int index = 0; index < batch; ++index) {
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n; ++j) {
        double sum = 0;
        for (int l = 0; l < k; ++l) {
          const float left = a[transa == CUBLAS_OP_N ? in_a.at(index, i, l) : in_a.at(index, l, i)];
          const float right =
              b[transb == CUBLAS_OP_N ? in_b.at(index, l, j) : in_b.at(index, j, l)];
          sum += static_cast<double>(left) * static_cast<double>(right);
        }
        double& to = result[in_c.at(index, i, j)];
        to = static_cast<double>(alpha) * sum + (beta == 0 ? 0 : static_cast<double>(beta) * to);
      }
    }
  }
  return result;
}

// Where C is not read it holds no numbers.
void check_product(const Problem& problem, Draws& draws) {
  const auto& [transa, transb, m, n, k, alpha, beta, batch] = problem;
  const Shape in_a = stored(transa, m, k);
  const Shape in_b = stored(transb, k, n);
  const Shape in_c{m, n};
  const std::vector<float> a = random_vector(draws, in_a.count(batch));
  const std::vector<float> b = random_vector(draws, in_b.count(batch));
  std::vector<float> c = random_vector(draws, in_c.count(batch));
  const std::vector<double> expected = by_loops(problem, a, b, c);
  if (beta == 0) {
    for (int index = 0; index < batch; ++index) {
      for (int i = 0; i < m; ++i) {
        for (int j = 0; j < n; ++j) c[in_c.at(index, i, j)] = NAN;
      }
    }
  }
  const DeviceVector<float> on_a(a, 1);
  const DeviceVector<float> on_b(b, 2);
  DeviceVector<float> on_c(c, 3);
  REQUIRE(cublasSgemmStridedBatched(context().blas, transa, transb, m, n, k, &alpha, on_a.data(),
                                    in_a.leading(), in_a.stride(), on_b.data(), in_b.leading(),
                                    in_b.stride(), &beta, on_c.data(), in_c.leading(),
                                    in_c.stride(), batch) == CUBLAS_STATUS_SUCCESS);
  CHECK(relative_error(on_c.download(), expected) < 1e-6);
}

// x * x for 1 x 1 matrices.
float square(float x, cublasComputeType_t type) {
  const DeviceVector<float> in(std::vector<float>{x});
  DeviceVector<float> out(1);
  const float one = 1;
  const float zero = 0;
  REQUIRE(cublasGemmEx(context().blas, CUBLAS_OP_N, CUBLAS_OP_N, 1, 1, 1, &one, in.data(),
                       CUDA_R_32F, 1, in.data(), CUDA_R_32F, 1, &zero, out.data(), CUDA_R_32F, 1,
                       type, CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
  return out.download().front();
}

}  // namespace

TEST_CASE("products follow their definition, transposed or not, in batches") {
  Draws draws(11);
  for (const cublasOperation_t transa : {CUBLAS_OP_N, CUBLAS_OP_T}) {
    for (const cublasOperation_t transb : {CUBLAS_OP_N, CUBLAS_OP_T}) {
      CAPTURE(static_cast<int>(transa));
      CAPTURE(static_cast<int>(transb));
      check_product({transa, transb, 5, 7, 3, 1, 0}, draws);
      check_product({transa, transb, 33, 20, 65, 0.5F, 1}, draws);
      check_product({transa, transb, 4, 1, 9, 1, 0.25F, 3}, draws);
      check_product({transa, transb, 1, 6, 0, 1, 0.5F, 2}, draws);
      check_product({transa, transb, 3, 2, 0, 1, 0}, draws);
    }
  }
}

TEST_CASE("fast products round what they multiply, to the nearest with ties to even") {
  const float tie = 1 + 0x1p-8F;  // between two bf16
  CHECK(square(tie, CUBLAS_COMPUTE_32F) == tie * tie);
  CHECK(square(tie, CUBLAS_COMPUTE_32F_FAST_TF32) == tie * tie);
  CHECK(square(tie, CUBLAS_COMPUTE_32F_FAST_16BF) == 1);
  CHECK(square(1 + 3 * 0x1p-8F, CUBLAS_COMPUTE_32F_FAST_16BF) == (1 + 0x1p-6F) * (1 + 0x1p-6F));
  CHECK(square(1 + 0x1p-11F, CUBLAS_COMPUTE_32F_FAST_TF32) == 1);
  CHECK(square(1 + 0x1p-10F, CUBLAS_COMPUTE_32F_FAST_TF32) == (1 + 0x1p-10F) * (1 + 0x1p-10F));
  CHECK(std::isnan(square(NAN, CUBLAS_COMPUTE_32F_FAST_16BF)));
}

TEST_CASE("bf16 operands are multiplied as they are") {
  const std::vector<std::uint16_t> values{to_bf16(1.5F).bits, to_bf16(-3).bits};
  const DeviceVector<std::uint16_t> in(values);
  DeviceVector<float> out(1);
  const float one = 1;
  const float zero = 0;
  REQUIRE(cublasGemmEx(context().blas, CUBLAS_OP_T, CUBLAS_OP_N, 1, 1, 2, &one, in.data(),
                       CUDA_R_16BF, 2, in.data(), CUDA_R_16BF, 2, &zero, out.data(), CUDA_R_32F, 1,
                       CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS);
  CHECK(out.download().front() == 11.25F);
}

TEST_CASE("a matrix whose columns overlap is refused") {
  const DeviceVector<float> in(std::vector<float>(4, 1));
  DeviceVector<float> out(4);
  const float one = 1;
  const auto product = [&](cublasHandle_t handle, int lda, int ldc) {
    return cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, in.data(), lda, in.data(),
                       2, &one, out.data(), ldc);
  };
  CHECK(product(context().blas, 1, 2) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(product(context().blas, 2, 1) == CUBLAS_STATUS_INVALID_VALUE);
  CHECK(product(nullptr, 2, 2) == CUBLAS_STATUS_NOT_INITIALIZED);
}

}  // namespace palsim::cuda
