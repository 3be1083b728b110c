// The extents of the operations that a device runs. Tensors are dense and row-major, the batch
// first: images are samples x channels x height x width, tokens are samples x tokens x width.
#pragma once

#include <cstdint>

namespace palsim {

// y = x W^T + b: x is rows x in_features, W is out_features x in_features, as in torch.nn.Linear.
struct LinearShape {
  std::int64_t rows = 0;
  std::int64_t in_features = 0;
  std::int64_t out_features = 0;
};

// How often a window fits along an axis.
constexpr std::int64_t windows(std::int64_t extent, std::int64_t kernel, std::int64_t stride,
                               std::int64_t padding) {
  return (extent + 2 * padding - kernel) / stride + 1;
}

// Weight: out_channels x in_channels x kernel x kernel.
struct ConvolutionShape {
  std::int64_t samples = 0;
  std::int64_t in_channels = 0;
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;

  std::int64_t out_height() const { return windows(in_height, kernel, stride, padding); }
  std::int64_t out_width() const { return windows(in_width, kernel, stride, padding); }
};

// Channels are pooled one by one. Max pooling takes padding for minus infinity, average pooling
// counts it as zeros (torch's count_include_pad).
struct PoolingShape {
  std::int64_t samples = 0;
  std::int64_t channels = 0;
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;

  std::int64_t out_height() const { return windows(in_height, kernel, stride, padding); }
  std::int64_t out_width() const { return windows(in_width, kernel, stride, padding); }
};

// To output x output, each of the mean of its share of the input, as torch.nn.AdaptiveAvgPool2d.
struct AdaptivePoolingShape {
  std::int64_t samples = 0;
  std::int64_t channels = 0;
  std::int64_t in_height = 0;
  std::int64_t in_width = 0;
  std::int64_t output = 1;
};

// What is done channel by channel; `inner` is height x width, or 1.
struct ChannelShape {
  std::int64_t samples = 0;
  std::int64_t channels = 0;
  std::int64_t inner = 1;
};

// Over samples and `inner`.
using BatchNormShape = ChannelShape;

// Over each row.
struct RowNormShape {
  std::int64_t rows = 0;
  std::int64_t width = 0;
};

// Queries, keys, values and output are samples x tokens x width, a head being a slice of the width.
// A token sees itself and tokens before it (causal), at most `window` in all (0: no limit).
struct AttentionShape {
  std::int64_t samples = 0;
  std::int64_t tokens = 0;
  std::int64_t width = 0;
  std::int64_t heads = 1;
  bool causal = true;
  std::int64_t window = 0;
  double scale = 1;  // of the scores: 1 / sqrt(width / heads), or 1 in GPT-Neo
  // From one token's queries, keys, values or their gradients to the next one's; the output's rows
  // are `width` apart. 3 x width where queries, keys and values lie side by side.
  std::int64_t input_stride = 0;
};

}  // namespace palsim
