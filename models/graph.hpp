// A model as whoever trains it executes it: for each layer of the cost model, what it computes and
// from which values.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "models/layer_spec.hpp"
#include "models/model.hpp"

namespace palsim {

namespace layer {

// What computes, or holds memory: containers and views are gone.
using Leaf =
    std::variant<Conv2d, Linear, Normalization, Activation, Pool, AdaptiveAveragePool, Embedding,
                 AddedEmbedding, Attention, CrossEntropy, Buffer, Custom, Merge>;

}  // namespace layer

struct GraphNode {
  Origin origin;
  layer::Leaf operation;
  Shape input;                      // per sample, as the layer sees it: flattened
  std::vector<std::size_t> inputs;  // signals; of attention: queries, keys, values (or one of all)
  std::size_t output = 0;           // signal; a buffer's is its input
};

// The first row of a signal: a view, with a number of its own.
struct FirstRow {
  Origin origin;
  std::size_t input = 0;
  std::size_t output = 0;
};

struct ModelGraph {
  Model model;
  std::vector<GraphNode> nodes;  // nodes[i] is model.layers[i]
  // Per sample; signal 0 is the model's input. A flattened signal keeps its number and first shape.
  std::vector<Shape> signals;
  std::vector<FirstRow> first_rows;
};

// Throws InputError at a layer that does not fit its input.
ModelGraph unroll_graph(const ModelSpec& spec);

}  // namespace palsim
