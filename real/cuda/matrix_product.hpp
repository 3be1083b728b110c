// Products of row-major matrices, by cuBLAS in the context's precision.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"

namespace palsim::cuda {

// A matrix, or one for each of several products.
template <class Number>
struct Matrix {
  Number* first;
  std::int64_t row;        // from one row to the next
  std::int64_t apart = 0;  // from one product's matrix to the next one's
};

// The matrix as it is stored, or its transpose.
struct Factor {
  Matrix<const float> stored;
  cublasOperation_t operation = CUBLAS_OP_N;
};
inline Factor transposed(const Matrix<const float>& stored) { return {stored, CUBLAS_OP_T}; }

// rows x columns, each number a sum of `inner` terms.
struct ProductShape {
  std::int64_t rows = 0;
  std::int64_t inner = 0;
  std::int64_t columns = 0;
  std::int64_t count = 1;  // of products
};

// product = left right + kept product. InputError where an extent is beyond what cuBLAS takes.
void multiply(const Context& context, const ProductShape& shape, const Factor& left,
              const Factor& right, float kept, const Matrix<float>& product);

}  // namespace palsim::cuda
