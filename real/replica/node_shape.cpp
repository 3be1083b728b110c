#include "real/replica/node_shape.hpp"

#include <cmath>

namespace palsim {

LinearShape shape_of(const layer::Linear&, const GraphNode& node, const Shape& output,
                     std::int64_t samples) {
  const RowNormShape rows = rows_of(node, samples);
  return {.rows = rows.rows, .in_features = rows.width, .out_features = output.back()};
}

ConvolutionShape shape_of(const layer::Conv2d& convolution, const GraphNode& node,
                          std::int64_t samples) {
  return {.samples = samples,
          .in_channels = node.input[0],
          .in_height = node.input[1],
          .in_width = node.input[2],
          .out_channels = convolution.out_channels,
          .kernel = convolution.kernel,
          .stride = convolution.stride,
          .padding = convolution.padding};
}

PoolingShape shape_of(const layer::Pool& pool, const GraphNode& node, std::int64_t samples) {
  return {.samples = samples,
          .channels = node.input[0],
          .in_height = node.input[1],
          .in_width = node.input[2],
          .kernel = pool.kernel,
          .stride = pool.stride,
          .padding = pool.padding};
}

AdaptivePoolingShape shape_of(const layer::AdaptiveAveragePool& pool, const GraphNode& node,
                              std::int64_t samples) {
  return {.samples = samples,
          .channels = node.input[0],
          .in_height = node.input[1],
          .in_width = node.input[2],
          .output = pool.output};
}

AttentionShape shape_of(const layer::Attention& attention, const GraphNode& node,
                        std::int64_t samples) {
  const std::int64_t width = node.input[1];
  const std::int64_t head_width = width / attention.heads;
  return {.samples = samples,
          .tokens = node.input[0],
          .width = width,
          .heads = attention.heads,
          .causal = attention.causal,
          .window = attention.window.value_or(0),
          .scale = attention.scaled ? 1 / std::sqrt(static_cast<double>(head_width)) : 1,
          .input_stride = node.inputs.size() == 1 ? 3 * width : width};
}

BatchNormShape batch_norm_shape(const GraphNode& node, std::int64_t samples) {
  const std::int64_t channels = node.input.front();
  return {.samples = samples, .channels = channels, .inner = numel(node.input) / channels};
}

RowNormShape rows_of(const GraphNode& node, std::int64_t samples) {
  const std::int64_t width = node.input.back();
  return {.rows = samples * (numel(node.input) / width), .width = width};
}

}  // namespace palsim
