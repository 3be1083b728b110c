#include "real/cuda/layers/linear.hpp"

#include "real/cuda/layers/added_row.hpp"
#include "real/cuda/layers/column_sums.hpp"
#include "real/cuda/matrix_product.hpp"

namespace palsim::cuda {

void linear_forward(const Context& context, const LinearShape& shape, const float* x,
                    const float* weight, const float* bias, float* y) {
  // Writing the bias first and reading it in the product moves as many bytes as adding it after,
  // but the reading goes on beside the arithmetic.
  if (bias != nullptr) {
    add_row(context, shape.rows, shape.out_features, nullptr, bias, y);
  }
  multiply(context, {shape.rows, shape.in_features, shape.out_features}, {{x, shape.in_features}},
           transposed({weight, shape.in_features}), bias == nullptr ? 0.0F : 1.0F,
           {y, shape.out_features});
}

void linear_backward(const Context& context, const LinearShape& shape, const float* x,
                     const float* weight, const float* dy, float* dx, float* dweight,
                     float* dbias) {
  if (shape.rows == 0) return;
  multiply(context, {shape.out_features, shape.rows, shape.in_features},
           transposed({dy, shape.out_features}), {{x, shape.in_features}}, 1,
           {dweight, shape.in_features});
  if (dbias != nullptr) {
    column_sums(context, shape.rows, shape.out_features, dy, dbias);
  }
  if (dx != nullptr) {
    multiply(context, {shape.rows, shape.out_features, shape.in_features},
             {{dy, shape.out_features}}, {{weight, shape.in_features}}, 0, {dx, shape.in_features});
  }
}

}  // namespace palsim::cuda
