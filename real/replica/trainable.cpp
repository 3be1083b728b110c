#include "real/replica/trainable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace palsim {
namespace {

template <class Operation>
bool is(const GraphNode& node) {
  return std::holds_alternative<Operation>(node.operation);
}

class Check {
 public:
  explicit Check(const ModelGraph& graph) : graph_(graph) {}

  void run() {
    for (const FirstRow& row : graph_.first_rows) {
      fail_at(row.origin,
              "first_token: it cannot be trained, only priced; write a model whose loss sees "
              "every token");
    }
    for (at_ = 0; at_ < graph_.nodes.size(); ++at_) {
      std::visit([this](const auto& operation) { check(operation); }, node().operation);
      check_place();
    }
    if (!loss_seen_) {
      at_ = graph_.nodes.size() - 1;
      fail("the model ends without a loss; write a layer of type \"cross_entropy\" after this one");
    }
  }

 private:
  const GraphNode& node() const { return graph_.nodes[at_]; }

  [[noreturn]] void fail(std::string_view message) const {
    const Layer& layer = graph_.model.layers[at_];
    fail_at(node().origin, fmt::format("{} '{}': {}", layer.type, layer.name, message));
  }

  template <class Operation>
  void check(const Operation&) const {}

  void check(const layer::Custom&) const {
    fail("a custom layer has costs but no operation; write the layers that it stands for");
  }

  void check(const layer::AddedEmbedding& embedding) const {
    if (embedding.index == layer::Index::token_type) {
      fail(
          "segments cannot be trained, as no data set has them; write a model without "
          "token_type_embedding");
    }
  }

  void check(const layer::Attention& attention) const {
    if (attention.rotary) {
      fail("rotary positions cannot be trained; write rotary = false and a position_embedding");
    }
  }

  void check(const layer::Embedding&) const {
    if (node().inputs[0] != 0) fail("an embedding can be trained only on the model's input");
  }

  void check(const layer::CrossEntropy&) {
    if (loss_seen_) fail("a second loss cannot be trained; write one cross_entropy");
    loss_seen_ = true;
    const Shape& input = node().input;
    // One target for each token, or one for each image.
    const bool fits = is_token_model(graph_)
                          ? input.size() == 2 && input.front() == graph_.model.input.front()
                          : input.size() == 1;
    if (!fits) {
      fail(fmt::format("the input is {}; write layers before that give {}", to_string(input),
                       is_token_model(graph_) ? "every token's logits" : "one row of logits"));
    }
    loss_output_ = node().output;
  }

  // Inputs of tokens go to embeddings alone, and nothing goes on from the loss.
  void check_place() const {
    for (const std::size_t input : node().inputs) {
      if (is<layer::Buffer>(node())) return;
      if (input == 0 && is_token_model(graph_) && !is<layer::Embedding>(node())) {
        fail("the input is tokens; write an embedding before");
      }
      if (loss_seen_ && input == loss_output_) {
        fail("nothing can be trained after the loss; write cross_entropy as the last layer");
      }
    }
  }

  const ModelGraph& graph_;
  std::size_t at_ = 0;
  bool loss_seen_ = false;
  std::size_t loss_output_ = 0;
};

}  // namespace

bool is_token_model(const ModelGraph& graph) {
  return std::any_of(graph.nodes.begin(), graph.nodes.end(), is<layer::Embedding>);
}

void require_trainable(const ModelGraph& graph) { Check(graph).run(); }

}  // namespace palsim
