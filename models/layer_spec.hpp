// A model file as it was written: a tree of layers, not yet unrolled. The cost model and whoever
// builds the layers for real read the same tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/model.hpp"
#include "sim/core/document.hpp"

namespace palsim {

struct LayerSpec;
using LayerSpecs = std::vector<LayerSpec>;

// What a layer may be.
namespace layer {

// Images are channels x height x width; kernels, strides and paddings are square.
struct Conv2d {
  std::optional<std::int64_t> in_channels;  // where given, checked
  std::int64_t out_channels = 0;
  std::int64_t kernel = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  bool bias = true;
};

// On the last extent.
struct Linear {
  std::optional<std::int64_t> in_features;  // where given, checked
  std::int64_t out_features = 0;
  bool bias = true;
  std::string tied;  // the embedding whose table is the weight, or empty
};

enum class Norm { batch, layer, rms };
struct Normalization {
  Norm norm = Norm::batch;
};

enum class Function { relu, gelu, silu, tanh };
struct Activation {
  Function function = Function::relu;
};

enum class Pooling { max, average };
struct Pool {
  Pooling pooling = Pooling::max;
  std::int64_t kernel = 0;
  std::int64_t stride = 0;
  std::int64_t padding = 0;
};
// Average pooling to a given height and width, replicating where the input is smaller.
struct AdaptiveAveragePool {
  std::int64_t output = 1;
};

struct Flatten {};
// Of tokens x width, the first row.
struct FirstToken {};

// Tokens to tokens x width.
struct Embedding {
  std::int64_t vocabulary = 0;
  std::int64_t width = 0;
};
// Adds a learned row to each token's: its position's, or its segment's.
enum class Index { position, token_type };
struct AddedEmbedding {
  Index index = Index::position;
  std::int64_t rows = 0;
};

enum class AttentionBias { none, output, all };
struct Attention {
  std::int64_t heads = 0;
  bool causal = true;
  bool scaled = true;  // scores are divided by the square root of a head's width
  bool rotary = false;
  bool fused = false;                  // the scores never reach memory (flash attention)
  std::optional<std::int64_t> window;  // local attention looks back this far
  AttentionBias bias = AttentionBias::all;
  // As registered: three inputs and the output, or two where the inputs are one matrix. Which of
  // three are queries, keys and values is told by a q, k or v in their names; else in this order.
  std::vector<std::string> projections;
};

// The logarithmic softmax over the last extent and the loss.
struct CrossEntropy {};

// What a module keeps and DDP broadcasts, such as a mask or a rotary table.
struct Buffer {
  Bytes size;
};

// A layer of which only the costs are known; per sample. The shape stays.
struct Custom {
  std::int64_t parameters = 0;
  std::int64_t tensors = 1;
  Flops forward_flops;
  std::int64_t activation = 0;  // elements: read once, written once, kept once
};

struct Sequence {
  LayerSpecs body;
};
// Both see the same input; an empty shortcut passes it on. Sum (residual) or product (gated).
enum class Merge { sum, product };
struct Merged {
  Merge merge = Merge::sum;
  LayerSpecs body;
  LayerSpecs shortcut;
};
// A second head: the body sees the input, which goes on unchanged.
struct Branch {
  LayerSpecs body;
};

using Operation = std::variant<Conv2d, Linear, Normalization, Activation, Pool, AdaptiveAveragePool,
                               Flatten, FirstToken, Embedding, AddedEmbedding, Attention,
                               CrossEntropy, Buffer, Custom, Sequence, Merged, Branch>;

}  // namespace layer

struct LayerSpec {
  Origin origin;
  std::string type;  // as written: "conv2d"
  // Joined by dots to the enclosing names. A '#' counts the layers that have borne the name so far.
  std::string name;
  std::int64_t repeat = 1;
  layer::Operation operation;
};

struct ModelSpec {
  Origin origin;
  std::string name;
  Shape input;
  LayerSpecs layers;
};

}  // namespace palsim
