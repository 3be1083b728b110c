// Convolution by cuDNN, whose descriptions and algorithms are found once for each shape. Algorithms
// are those that cuDNN's heuristics hold for the fastest among the deterministic ones, not what a
// timing finds: two runs take the same. Tensors that are not aligned to 16 bytes are left to
// others.
//
// Precision: fp32 is exact to fp32's rounding. tf32 lets Tensor Cores round as that says, and so
// does bf16: cuDNN would round floats to half instead, whose exponents gradients may leave, so
// that it takes the more exact of the two.
#pragma once

#include <cudnn.h>

#include <map>
#include <memory>
#include <tuple>

#include "real/cuda/context.hpp"
#include "real/device/shapes.hpp"

namespace palsim::cuda {

struct CudnnConvolutionPlan;

class CudnnConvolutions {
 public:
  CudnnConvolutions();
  ~CudnnConvolutions();

  // As ImageLibrary's. `context.precision` is the same in all calls.
  bool forward(const Context& context, cudnnHandle_t cudnn, const ConvolutionShape& shape,
               const float* x, const float* weight, float* y);
  bool backward(const Context& context, cudnnHandle_t cudnn, const ConvolutionShape& shape,
                const float* x, const float* weight, const float* dy, float* dx, float* dweight);

 private:
  const CudnnConvolutionPlan& plan(const Context& context, cudnnHandle_t cudnn,
                                   const ConvolutionShape& shape);

  using Extents = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t,
                             std::int64_t, std::int64_t, std::int64_t>;
  std::map<Extents, std::unique_ptr<CudnnConvolutionPlan>> plans_;
};

}  // namespace palsim::cuda
