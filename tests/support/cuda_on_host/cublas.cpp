#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstdint>

#include "cublas_v2.h"

struct cublasContext {
  cublasMath_t math = CUBLAS_DEFAULT_MATH;
  cublasPointerMode_t pointers = CUBLAS_POINTER_MODE_HOST;
  cudaStream_t stream = nullptr;
};

namespace cuda_on_host {
namespace {

using Matrix = Eigen::MatrixXf;
using Stride = Eigen::OuterStride<>;
using Values = Eigen::Map<Matrix, Eigen::Unaligned, Stride>;
using ConstValues = Eigen::Map<const Matrix, Eigen::Unaligned, Stride>;
using Bf16Matrix = Eigen::Matrix<std::uint16_t, Eigen::Dynamic, Eigen::Dynamic>;

// An operand as it lies in memory.
struct Operand {
  const void* data;
  cudaDataType_t type;
  int leading;
  long long stride;  // between those of a batch, in elements
  cublasOperation_t operation;
};

// To the nearest float with so many bits of mantissa, ties to even; NaN and infinity stay.
float rounded(float value, unsigned mantissa_bits) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7f800000) == 0x7f800000) return value;
  const unsigned cut = 23 - mantissa_bits;
  const std::uint32_t half = (1U << (cut - 1)) - 1 + ((bits >> cut) & 1);
  return std::bit_cast<float>((bits + half) >> cut << cut);
}

unsigned mantissa_bits(cublasComputeType_t type) {
  if (type == CUBLAS_COMPUTE_32F_FAST_TF32) return 10;
  return type == CUBLAS_COMPUTE_32F_FAST_16BF ? 7 : 23;
}

// A float operand's matrix where it lies; any other is copied to `room`, as what is multiplied.
ConstValues matrix_of(const Operand& operand, int index, int rows, int columns, unsigned bits,
                      Matrix& room) {
  const long long base = operand.stride * index;
  if (operand.type == CUDA_R_32F) {
    const ConstValues values(static_cast<const float*>(operand.data) + base, rows, columns,
                             Stride(operand.leading));
    if (bits == 23) return values;
    room = values.unaryExpr([bits](float value) { return rounded(value, bits); });
  } else {
    const Eigen::Map<const Bf16Matrix, Eigen::Unaligned, Stride> values(
        static_cast<const std::uint16_t*>(operand.data) + base, rows, columns,
        Stride(operand.leading));
    room = values.unaryExpr([](std::uint16_t upper) {
      return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
    });
  }
  return {room.data(), rows, columns, Stride(rows)};
}

template <class Left>
void add_product(float alpha, const Left& left, const ConstValues& b, cublasOperation_t transb,
                 Values& result) {
  if (transb == CUBLAS_OP_N) {
    result.noalias() += alpha * left * b;
  } else {
    result.noalias() += alpha * left * b.transpose();
  }
}

bool is_input(cudaDataType_t type) { return type == CUDA_R_32F || type == CUDA_R_16BF; }

bool spans(const Operand& operand, int rows, int columns) {
  return operand.leading >= std::max(1, operand.operation == CUBLAS_OP_N ? rows : columns);
}

struct Product {
  int m, n, k;
  float alpha, beta;
  float* c;
  int ldc;
  long long stride_c;
  int batch_count;
  unsigned bits;
};

bool is_valid(const Product& product, const Operand& a, const Operand& b) {
  const int m = product.m;
  const int n = product.n;
  const int k = product.k;
  return m >= 0 && n >= 0 && k >= 0 && product.batch_count >= 0 && product.ldc >= std::max(1, m) &&
         spans(a, m, k) && spans(b, k, n);
}

// What is multiplied by a zero is not read.
void multiply(const Product& product, const Operand& a, const Operand& b) {
  const auto& [m, n, k, alpha, beta, c, ldc, stride_c, batch_count, bits] = product;
  const bool a_is_plain = a.operation == CUBLAS_OP_N;
  const bool b_is_plain = b.operation == CUBLAS_OP_N;
  for (int i = 0; i < batch_count; ++i) {
    Values result(c + stride_c * i, m, n, Stride(ldc));
    if (beta == 0) {
      result.setZero();
    } else if (beta != 1) {
      result *= beta;
    }
    if (alpha == 0 || k == 0) continue;
    Matrix room_a;
    Matrix room_b;
    const ConstValues left = matrix_of(a, i, a_is_plain ? m : k, a_is_plain ? k : m, bits, room_a);
    const ConstValues right = matrix_of(b, i, b_is_plain ? k : n, b_is_plain ? n : k, bits, room_b);
    if (a_is_plain) {
      add_product(alpha, left, right, b.operation, result);
    } else {
      add_product(alpha, left.transpose(), right, b.operation, result);
    }
  }
}

}  // namespace
}  // namespace cuda_on_host

namespace {

cublasStatus_t known(cublasHandle_t handle) {
  return handle == nullptr ? CUBLAS_STATUS_NOT_INITIALIZED : CUBLAS_STATUS_SUCCESS;
}

}  // namespace

cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value) {
  *value = type == MAJOR_VERSION ? 13 : 0;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = new cublasContext;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy(cublasHandle_t handle) {
  const cublasStatus_t status = known(handle);
  delete handle;
  return status;
}
cublasStatus_t cublasSetStream(cublasHandle_t handle, cudaStream_t stream) {
  if (handle != nullptr) handle->stream = stream;
  return known(handle);
}
cublasStatus_t cublasSetWorkspace(cublasHandle_t handle, void* /*workspace*/,
                                  std::size_t /*bytes*/) {
  return known(handle);
}
cublasStatus_t cublasSetMathMode(cublasHandle_t handle, cublasMath_t mode) {
  if (handle != nullptr) handle->math = mode;
  return known(handle);
}
cublasStatus_t cublasSetPointerMode(cublasHandle_t handle, cublasPointerMode_t mode) {
  if (handle != nullptr) handle->pointers = mode;
  return known(handle);
}
cublasStatus_t cublasSetAtomicsMode(cublasHandle_t handle, cublasAtomicsMode_t /*mode*/) {
  return known(handle);
}

const char* cublasGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_ALLOC_FAILED:
      return "CUBLAS_STATUS_ALLOC_FAILED";
    case CUBLAS_STATUS_INVALID_VALUE:
      return "CUBLAS_STATUS_INVALID_VALUE";
    case CUBLAS_STATUS_ARCH_MISMATCH:
      return "CUBLAS_STATUS_ARCH_MISMATCH";
    case CUBLAS_STATUS_MAPPING_ERROR:
      return "CUBLAS_STATUS_MAPPING_ERROR";
    case CUBLAS_STATUS_EXECUTION_FAILED:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
    case CUBLAS_STATUS_INTERNAL_ERROR:
      return "CUBLAS_STATUS_INTERNAL_ERROR";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "an unknown status";
}
const char* cublasGetStatusString(cublasStatus_t status) { return cublasGetStatusName(status); }

cublasStatus_t cublasGemmStridedBatchedEx(
    cublasHandle_t handle, cublasOperation_t transa, cublasOperation_t transb, int m, int n, int k,
    const void* alpha, const void* a, cudaDataType_t type_a, int lda, long long stride_a,
    const void* b, cudaDataType_t type_b, int ldb, long long stride_b, const void* beta, void* c,
    cudaDataType_t type_c, int ldc, long long stride_c, int batch_count,
    cublasComputeType_t compute_type, cublasGemmAlgo_t /*algorithm*/) {
  using namespace cuda_on_host;
  if (handle == nullptr) return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!is_input(type_a) || type_b != type_a || type_c != CUDA_R_32F ||
      handle->pointers != CUBLAS_POINTER_MODE_HOST) {
    return CUBLAS_STATUS_NOT_SUPPORTED;
  }
  unsigned bits = mantissa_bits(compute_type);
  if (compute_type == CUBLAS_COMPUTE_32F && handle->math == CUBLAS_TF32_TENSOR_OP_MATH) bits = 10;
  const Product product{m,
                        n,
                        k,
                        *static_cast<const float*>(alpha),
                        *static_cast<const float*>(beta),
                        static_cast<float*>(c),
                        ldc,
                        stride_c,
                        batch_count,
                        bits};
  const Operand left{a, type_a, lda, stride_a, transa};
  const Operand right{b, type_b, ldb, stride_b, transb};
  if (!is_valid(product, left, right)) return CUBLAS_STATUS_INVALID_VALUE;
  ask(handle->stream, [=] { multiply(product, left, right); });
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasGemmEx(cublasHandle_t handle, cublasOperation_t transa,
                            cublasOperation_t transb, int m, int n, int k, const void* alpha,
                            const void* a, cudaDataType_t type_a, int lda, const void* b,
                            cudaDataType_t type_b, int ldb, const void* beta, void* c,
                            cudaDataType_t type_c, int ldc, cublasComputeType_t compute_type,
                            cublasGemmAlgo_t algorithm) {
  return cublasGemmStridedBatchedEx(handle, transa, transb, m, n, k, alpha, a, type_a, lda, 0, b,
                                    type_b, ldb, 0, beta, c, type_c, ldc, 0, 1, compute_type,
                                    algorithm);
}

cublasStatus_t cublasSgemmStridedBatched(cublasHandle_t handle, cublasOperation_t transa,
                                         cublasOperation_t transb, int m, int n, int k,
                                         const float* alpha, const float* a, int lda,
                                         long long stride_a, const float* b, int ldb,
                                         long long stride_b, const float* beta, float* c, int ldc,
                                         long long stride_c, int batch_count) {
  return cublasGemmStridedBatchedEx(handle, transa, transb, m, n, k, alpha, a, CUDA_R_32F, lda,
                                    stride_a, b, CUDA_R_32F, ldb, stride_b, beta, c, CUDA_R_32F,
                                    ldc, stride_c, batch_count, CUBLAS_COMPUTE_32F,
                                    CUBLAS_GEMM_DEFAULT);
}

cublasStatus_t cublasSgemm(cublasHandle_t handle, cublasOperation_t transa,
                           cublasOperation_t transb, int m, int n, int k, const float* alpha,
                           const float* a, int lda, const float* b, int ldb, const float* beta,
                           float* c, int ldc) {
  return cublasSgemmStridedBatched(handle, transa, transb, m, n, k, alpha, a, lda, 0, b, ldb, 0,
                                   beta, c, ldc, 0, 1);
}
