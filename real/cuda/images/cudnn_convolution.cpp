#include "real/cuda/images/cudnn_convolution.hpp"

#include <array>
#include <cstddef>
#include <limits>
#include <optional>

#include "real/cuda/images/cudnn_check.hpp"
#include "real/cuda/images/cudnn_descriptor.hpp"

namespace palsim::cuda {
namespace {

std::int64_t inputs(const ConvolutionShape& shape) {
  return shape.samples * shape.in_channels * shape.in_height * shape.in_width;
}
std::int64_t outputs(const ConvolutionShape& shape) {
  return shape.samples * shape.out_channels * shape.out_height() * shape.out_width();
}
std::int64_t weights(const ConvolutionShape& shape) {
  return shape.out_channels * shape.in_channels * shape.kernel * shape.kernel;
}

// cuDNN counts in 32 bits, and knows no empty tensors.
bool suits_cudnn(const ConvolutionShape& shape) {
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  const auto fits = [](std::int64_t count) { return count > 0 && count <= most; };
  return fits(inputs(shape)) && fits(outputs(shape)) && fits(weights(shape));
}

// Tensor Cores want channels last: a fast algorithm lays out all three tensors anew. It may have
// room for that, and for what it does beside.
std::size_t most_workspace(const ConvolutionShape& shape) {
  constexpr std::size_t beside = 256 << 20;
  const std::int64_t numbers = inputs(shape) + outputs(shape) + weights(shape);
  return beside + 2 * sizeof(float) * static_cast<std::size_t>(numbers);
}

CudnnFilter filter_of(const ConvolutionShape& shape) {
  CudnnFilter filter;
  const auto kernel = static_cast<int>(shape.kernel);
  check(cudnnSetFilter4dDescriptor(filter.get(), CUDNN_DATA_FLOAT, CUDNN_TENSOR_NCHW,
                                   static_cast<int>(shape.out_channels),
                                   static_cast<int>(shape.in_channels), kernel, kernel),
        "describing a filter to cuDNN");
  return filter;
}

cudnnMathType_t widest_math(MatrixPrecision precision) {
  // The default allows TF32 where the GPU has it.
  return precision == MatrixPrecision::fp32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH;
}

void set_math(const CudnnConvolution& convolution, cudnnMathType_t math) {
  check(cudnnSetConvolutionMathType(convolution.get(), math), "choosing cuDNN's precision");
}

CudnnConvolution convolution_of(const ConvolutionShape& shape, MatrixPrecision precision) {
  CudnnConvolution convolution;
  const auto padding = static_cast<int>(shape.padding);
  const auto stride = static_cast<int>(shape.stride);
  // What deep learning calls convolution is a cross-correlation: the filter is not mirrored.
  check(cudnnSetConvolution2dDescriptor(convolution.get(), padding, padding, stride, stride, 1, 1,
                                        CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT),
        "describing a convolution to cuDNN");
  set_math(convolution, widest_math(precision));
  return convolution;
}

// One of the three operations: its description, since the math type stands in it, and its way.
template <class Algorithm>
struct Way {
  CudnnConvolution convolution;
  Algorithm algorithm;
  std::size_t workspace;
};

// Winograd's larger tiles, of the non-fused variant, cost digits that fp32 promises.
bool is_inexact(cudnnConvolutionFwdAlgo_t algorithm) {
  return algorithm == CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED;
}
bool is_inexact(cudnnConvolutionBwdDataAlgo_t algorithm) {
  return algorithm == CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED;
}
bool is_inexact(cudnnConvolutionBwdFilterAlgo_t algorithm) {
  return algorithm == CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED;
}

// The math type to run a heuristic's result with; none where it would round more than allowed.
std::optional<cudnnMathType_t> math_of(cudnnMathType_t result, MatrixPrecision precision) {
  if (precision == MatrixPrecision::fp32) {
    if (result == CUDNN_TENSOR_OP_MATH || result == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION) {
      return std::nullopt;
    }
    return CUDNN_FMA_MATH;
  }
  if (result == CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION) return std::nullopt;
  return result;
}

// ask(convolution, count, &found, results): cuDNN's heuristics, best first.
// size(convolution, algorithm, &bytes): what that algorithm needs of workspace.
template <class Result, int most, class Ask, class Size>
auto fastest(const ConvolutionShape& shape, MatrixPrecision precision, Ask ask, Size size)
    -> std::optional<Way<decltype(Result::algo)>> {
  CudnnConvolution convolution = convolution_of(shape, precision);
  // Each algorithm may come with and without Tensor Cores.
  std::array<Result, 2 * most> results{};
  int found = 0;
  const cudnnStatus_t asked = ask(convolution.get(), 2 * most, &found, results.data());
  if (CUDNN_STATUS_CATEGORY(asked) == CUDNN_STATUS_NOT_SUPPORTED) return std::nullopt;
  check(asked, "asking cuDNN for an algorithm");
  for (int i = 0; i < found; ++i) {
    const Result& result = results[static_cast<std::size_t>(i)];
    if (result.status != CUDNN_STATUS_SUCCESS || result.determinism != CUDNN_DETERMINISTIC) {
      continue;
    }
    if (precision == MatrixPrecision::fp32 && is_inexact(result.algo)) continue;
    const std::optional<cudnnMathType_t> math = math_of(result.mathType, precision);
    if (!math.has_value()) continue;
    set_math(convolution, *math);
    std::size_t workspace = 0;
    if (size(convolution.get(), result.algo, &workspace) != CUDNN_STATUS_SUCCESS) continue;
    if (workspace > most_workspace(shape)) continue;
    return Way<decltype(Result::algo)>{std::move(convolution), result.algo, workspace};
  }
  return std::nullopt;
}

void* workspace(const Context& context, std::size_t bytes) {
  if (bytes == 0) return nullptr;
  return context.scratch->take<std::byte>(static_cast<std::int64_t>(bytes));
}

struct Tensors {
  CudnnTensor x;
  CudnnTensor y;
  CudnnFilter weight;
};

Tensors tensors_of(const ConvolutionShape& shape) {
  return {cudnn_tensor({shape.samples, shape.in_channels, shape.in_height, shape.in_width}),
          cudnn_tensor({shape.samples, shape.out_channels, shape.out_height(), shape.out_width()}),
          filter_of(shape)};
}

auto forward_way(cudnnHandle_t cudnn, const ConvolutionShape& shape, MatrixPrecision precision,
                 const Tensors& tensors) {
  return fastest<cudnnConvolutionFwdAlgoPerf_t, CUDNN_CONVOLUTION_FWD_ALGO_COUNT>(
      shape, precision,
      [&](auto convolution, int count, int* found, auto* results) {
        return cudnnGetConvolutionForwardAlgorithm_v7(cudnn, tensors.x.get(), tensors.weight.get(),
                                                      convolution, tensors.y.get(), count, found,
                                                      results);
      },
      [&](auto convolution, auto algorithm, std::size_t* bytes) {
        return cudnnGetConvolutionForwardWorkspaceSize(cudnn, tensors.x.get(), tensors.weight.get(),
                                                       convolution, tensors.y.get(), algorithm,
                                                       bytes);
      });
}

auto input_gradient_way(cudnnHandle_t cudnn, const ConvolutionShape& shape,
                        MatrixPrecision precision, const Tensors& tensors) {
  return fastest<cudnnConvolutionBwdDataAlgoPerf_t, CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT>(
      shape, precision,
      [&](auto convolution, int count, int* found, auto* results) {
        return cudnnGetConvolutionBackwardDataAlgorithm_v7(cudnn, tensors.weight.get(),
                                                           tensors.y.get(), convolution,
                                                           tensors.x.get(), count, found, results);
      },
      [&](auto convolution, auto algorithm, std::size_t* bytes) {
        return cudnnGetConvolutionBackwardDataWorkspaceSize(cudnn, tensors.weight.get(),
                                                            tensors.y.get(), convolution,
                                                            tensors.x.get(), algorithm, bytes);
      });
}

auto weight_gradient_way(cudnnHandle_t cudnn, const ConvolutionShape& shape,
                         MatrixPrecision precision, const Tensors& tensors) {
  return fastest<cudnnConvolutionBwdFilterAlgoPerf_t, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT>(
      shape, precision,
      [&](auto convolution, int count, int* found, auto* results) {
        return cudnnGetConvolutionBackwardFilterAlgorithm_v7(
            cudnn, tensors.x.get(), tensors.y.get(), convolution, tensors.weight.get(), count,
            found, results);
      },
      [&](auto convolution, auto algorithm, std::size_t* bytes) {
        return cudnnGetConvolutionBackwardFilterWorkspaceSize(
            cudnn, tensors.x.get(), tensors.y.get(), convolution, tensors.weight.get(), algorithm,
            bytes);
      });
}

}  // namespace

struct CudnnConvolutionPlan {
  Tensors tensors;
  std::optional<Way<cudnnConvolutionFwdAlgo_t>> forward;
  std::optional<Way<cudnnConvolutionBwdDataAlgo_t>> input_gradient;
  std::optional<Way<cudnnConvolutionBwdFilterAlgo_t>> weight_gradient;

  CudnnConvolutionPlan(cudnnHandle_t cudnn, const ConvolutionShape& shape,
                       MatrixPrecision precision)
      : tensors(tensors_of(shape)),
        forward(forward_way(cudnn, shape, precision, tensors)),
        input_gradient(input_gradient_way(cudnn, shape, precision, tensors)),
        weight_gradient(weight_gradient_way(cudnn, shape, precision, tensors)) {}
};

CudnnConvolutions::CudnnConvolutions() = default;
CudnnConvolutions::~CudnnConvolutions() = default;

const CudnnConvolutionPlan& CudnnConvolutions::plan(const Context& context, cudnnHandle_t cudnn,
                                                    const ConvolutionShape& shape) {
  const Extents extents{shape.samples,      shape.in_channels, shape.in_height, shape.in_width,
                        shape.out_channels, shape.kernel,      shape.stride,    shape.padding};
  std::unique_ptr<CudnnConvolutionPlan>& plan = plans_[extents];
  if (plan == nullptr) {
    plan = std::make_unique<CudnnConvolutionPlan>(cudnn, shape, context.precision);
  }
  return *plan;
}

bool CudnnConvolutions::forward(const Context& context, cudnnHandle_t cudnn,
                                const ConvolutionShape& shape, const float* x, const float* weight,
                                float* y) {
  if (!suits_cudnn(shape) || !is_aligned_for_cudnn(x, weight, y)) return false;
  const CudnnConvolutionPlan& plan = this->plan(context, cudnn, shape);
  if (!plan.forward.has_value()) return false;
  const auto& way = *plan.forward;
  const float one = 1;
  const float zero = 0;
  check(cudnnConvolutionForward(cudnn, &one, plan.tensors.x.get(), x, plan.tensors.weight.get(),
                                weight, way.convolution.get(), way.algorithm,
                                workspace(context, way.workspace), way.workspace, &zero,
                                plan.tensors.y.get(), y),
        "convolving");
  return true;
}

bool CudnnConvolutions::backward(const Context& context, cudnnHandle_t cudnn,
                                 const ConvolutionShape& shape, const float* x, const float* weight,
                                 const float* dy, float* dx, float* dweight) {
  if (!suits_cudnn(shape) || !is_aligned_for_cudnn(x, weight, dy, dx, dweight)) return false;
  const CudnnConvolutionPlan& plan = this->plan(context, cudnn, shape);
  if (!plan.weight_gradient.has_value()) return false;
  if (dx != nullptr && !plan.input_gradient.has_value()) return false;
  const float one = 1;
  const float zero = 0;
  const auto& to_weight = *plan.weight_gradient;
  check(cudnnConvolutionBackwardFilter(cudnn, &one, plan.tensors.x.get(), x, plan.tensors.y.get(),
                                       dy, to_weight.convolution.get(), to_weight.algorithm,
                                       workspace(context, to_weight.workspace), to_weight.workspace,
                                       &one, plan.tensors.weight.get(), dweight),
        "finding a convolution's weight gradient");
  if (dx == nullptr) return true;
  const auto& to_input = *plan.input_gradient;
  check(cudnnConvolutionBackwardData(cudnn, &one, plan.tensors.weight.get(), weight,
                                     plan.tensors.y.get(), dy, to_input.convolution.get(),
                                     to_input.algorithm, workspace(context, to_input.workspace),
                                     to_input.workspace, &zero, plan.tensors.x.get(), dx),
        "finding a convolution's input gradient");
  return true;
}

}  // namespace palsim::cuda
