#include "models/unroll.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "models/graph.hpp"
#include "models/layer_cost.hpp"
#include "models/limits.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

using namespace layer;

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() || name.empty() ? prefix + name : prefix + '.' + name;
}

// A value between layers; the id is its own, so that what several layers hold is counted once.
struct Signal {
  Shape shape;
  std::size_t id = 0;
};

// Where the queries', keys' and values' projections stand among the first three.
std::array<std::size_t, 3> queries_keys_values(const std::vector<std::string>& projections) {
  std::array<std::size_t, 3> places{};
  for (std::size_t role = 0; role < 3; ++role) {
    const auto named = [&](const std::string& name) {
      return name.find("qkv"[role]) != std::string::npos;
    };
    const auto begin = projections.begin();
    if (std::count_if(begin, begin + 3, named) != 1) return {0, 1, 2};
    places[role] = std::find_if(begin, begin + 3, named) - begin;
  }
  const bool distinct = places[0] != places[1] && places[0] != places[2] && places[1] != places[2];
  return distinct ? places : std::array<std::size_t, 3>{0, 1, 2};
}

class Unroller {
 public:
  explicit Unroller(const ModelSpec& spec) {
    model_.name = spec.name;
    model_.input = spec.input;
    run(spec.layers, "", fresh(spec.input));
  }

  ModelGraph take() { return std::move(graph_); }

 private:
  Signal fresh(Shape shape) {
    graph_.signals.push_back(shape);
    held_.push_back(false);
    return {std::move(shape), held_.size() - 1};
  }

  Signal run(const LayerSpecs& layers, const std::string& prefix, Signal signal) {
    for (const LayerSpec& spec : layers) {
      for (std::int64_t i = 0; i < spec.repeat; ++i) {
        if (++unrolled_ > most_layers) {
          fail_at(spec.origin, fmt::format("the model unrolls to more than {} layers; write a "
                                           "smaller repeat",
                                           most_layers));
        }
        const LayerPlace place{spec.origin, spec.type, full_name(spec, prefix)};
        signal = std::visit(
            [&](const auto& operation) { return apply(operation, place, std::move(signal)); },
            spec.operation);
      }
    }
    return signal;
  }

  // Containers may go without a name; then theirs is that of what encloses them.
  std::string full_name(const LayerSpec& spec, const std::string& prefix) {
    const bool container = std::holds_alternative<Sequence>(spec.operation) ||
                           std::holds_alternative<Merged>(spec.operation) ||
                           std::holds_alternative<Branch>(spec.operation);
    if (spec.name.empty()) return container ? prefix : numbered(prefix, spec.type + ".#");
    const bool counts = spec.name.find('#') != std::string::npos;
    return numbered(prefix, spec.repeat > 1 && !counts ? spec.name + ".#" : spec.name);
  }

  std::string numbered(const std::string& prefix, std::string name) {
    const std::size_t mark = name.find('#');
    if (mark != std::string::npos) {
      name.replace(mark, 1, fmt::format("{}", uses_[joined(prefix, name)]++));
    }
    return joined(prefix, name);
  }

  // Appends a layer; the result is its output.
  Signal emit(LayerCost cost, const LayerPlace& place, const Signal& input, Leaf operation) {
    return emit(std::move(cost), place, input, std::move(operation), {input.id});
  }

  // The same for a layer of several inputs, all of the shape of `input`.
  Signal emit(LayerCost cost, const LayerPlace& place, const Signal& input, Leaf operation,
              std::vector<std::size_t> inputs) {
    const Signal output =
        std::holds_alternative<Buffer>(operation) ? input : fresh(std::move(cost.output));
    graph_.nodes.push_back(
        {place.origin, std::move(operation), input.shape, std::move(inputs), output.id});
    Layer layer;
    layer.name = place.name;
    layer.type = place.type;
    layer.output = output.shape;
    layer.gradients = cost.gradients;
    layer.buffers = cost.buffers;
    layer.forward_flops = cost.forward_flops;
    layer.activations_moved = cost.activations_moved;
    layer.activations_kept = cost.keeps_besides;
    layer.weights_read = cost.weights_read;
    layer.gradients_written = cost.gradients_written;
    layer.kernels = cost.kernels;
    if (cost.keeps_input) layer.activations_kept += newly_held(input);
    if (cost.keeps_output) layer.activations_kept += newly_held(output);
    for (Tensor& tensor : cost.tensors) {
      layer.parameters.push_back(add_tensor(std::move(tensor), place));
    }
    model_.layers.push_back(std::move(layer));
    return output;
  }

  std::int64_t newly_held(const Signal& signal) {
    if (held_[signal.id]) return 0;
    held_[signal.id] = true;
    return numel(signal.shape);
  }

  std::size_t add_tensor(Tensor tensor, const LayerPlace& place) {
    tensor.name = joined(place.name, tensor.name);
    if (!tensor_names_.insert(tensor.name).second) {
      place.fail(
          fmt::format("a tensor '{}' exists already; write another name, or one with a # "
                      "that counts",
                      tensor.name));
    }
    if (model_.tensors.size() == most_tensors) {
      place.fail(fmt::format("the model has more than {} tensors; write fewer", most_tensors));
    }
    model_.tensors.push_back(std::move(tensor));
    return model_.tensors.size() - 1;
  }

  // A buffer's too: it touches nothing on its way, and its output is the same signal.
  template <class Operation>
  Signal apply(const Operation& operation, const LayerPlace& place, const Signal& input) {
    return emit(cost_of(operation, input.shape, place), place, input, operation);
  }

  // Views: no layer, no cost.
  Signal apply(const Flatten&, const LayerPlace& place, const Signal& input) {
    return {{place.numel(input.shape)}, input.id};
  }

  Signal apply(const FirstToken&, const LayerPlace& place, const Signal& input) {
    if (input.shape.size() != 2) {
      place.fail(
          fmt::format("the input is {}; write it after an embedding", to_string(input.shape)));
    }
    Signal row = fresh({input.shape.back()});
    graph_.first_rows.push_back({place.origin, input.id, row.id});
    return row;
  }

  Signal apply(const Embedding& embedding, const LayerPlace& place, const Signal& input) {
    embeddings_[place.name] = embedding;
    return emit(cost_of(embedding, input.shape, place), place, input, embedding);
  }

  Signal apply(Linear linear, const LayerPlace& place, const Signal& input) {
    if (!linear.tied.empty()) {
      const auto embedding = embeddings_.find(linear.tied);
      if (embedding == embeddings_.end()) {
        std::vector<std::string> known;
        for (const auto& [name, of_that_name] : embeddings_) known.push_back(name);
        place.fail(fmt::format("tied = '{}', but no embedding before it has that name{}",
                               linear.tied, suggestion(linear.tied, known)));
      }
      if (embedding->second.width != input.shape.back()) {
        place.fail(
            fmt::format("the input is {}, but '{}' has width {}; write a layer of that "
                        "width before",
                        to_string(input.shape), linear.tied, embedding->second.width));
      }
      linear.out_features = embedding->second.vocabulary;
    }
    LayerCost cost = cost_of(linear, input.shape, place);
    return emit(std::move(cost), place, input, std::move(linear));
  }

  // The input projections, what lies between, the output projection: each a layer of its own.
  Signal apply(const Attention& attention, const LayerPlace& place, const Signal& input) {
    const LayerCost scores = cost_of(attention, input.shape, place);
    const std::int64_t width = input.shape.back();
    const std::size_t inputs = attention.projections.size() - 1;
    const auto project = [&](std::size_t which, std::int64_t out_features, const Signal& from) {
      const bool output = which == inputs;
      const bool bias = attention.bias == AttentionBias::all ||
                        (attention.bias == AttentionBias::output && output);
      const LayerPlace projection{place.origin, "linear",
                                  joined(place.name, attention.projections[which])};
      return apply(Linear{.out_features = out_features, .bias = bias}, projection, from);
    };
    std::vector<std::size_t> projected;
    for (std::size_t i = 0; i < inputs; ++i) {
      projected.push_back(project(i, inputs == 1 ? 3 * width : width, input).id);
    }
    if (inputs == 3) {
      const auto order = queries_keys_values(attention.projections);
      projected = {projected[order[0]], projected[order[1]], projected[order[2]]};
    }
    const LayerPlace core{place.origin, place.type, joined(place.name, "scores")};
    return project(inputs, width, emit(scores, core, input, attention, std::move(projected)));
  }

  Signal apply(const Sequence& sequence, const LayerPlace& place, Signal input) {
    return run(sequence.body, place.name, std::move(input));
  }

  Signal apply(const Branch& branch, const LayerPlace& place, const Signal& input) {
    run(branch.body, place.name, input);
    return input;
  }

  Signal apply(const Merged& merged, const LayerPlace& place, const Signal& input) {
    const Signal body = run(merged.body, place.name, input);
    const Signal shortcut = run(merged.shortcut, place.name, input);
    if (body.shape != shortcut.shape) {
      place.fail(fmt::format("the body gives {}, the shortcut {}; write layers that give the same",
                             to_string(body.shape), to_string(shortcut.shape)));
    }
    LayerCost cost = cost_of(merged.merge, body.shape, place);
    if (merged.merge == Merge::product) {
      cost.keeps_besides = newly_held(body) + newly_held(shortcut);
    }
    const LayerPlace end{place.origin, place.type, numbered(place.name, place.type + ".#")};
    return emit(std::move(cost), end, body, merged.merge, {body.id, shortcut.id});
  }

  ModelGraph graph_;
  Model& model_ = graph_.model;
  std::int64_t unrolled_ = 0;
  std::vector<bool> held_;                    // signals
  std::map<std::string, std::int64_t> uses_;  // of each name with a '#'
  std::set<std::string> tensor_names_;
  std::map<std::string, Embedding> embeddings_;
};

}  // namespace

ModelGraph unroll_graph(const ModelSpec& spec) { return Unroller(spec).take(); }

Model unroll(const ModelSpec& spec) { return unroll_graph(spec).model; }

}  // namespace palsim
