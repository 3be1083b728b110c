#include "models/unroll.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "models/graph.hpp"
#include "tests/models/text_model.hpp"

using namespace palsim;

namespace {

std::vector<std::string> tensor_names(const Model& model) {
  std::vector<std::string> names;
  for (const Tensor& tensor : model.tensors) names.push_back(tensor.name);
  return names;
}

std::vector<std::string> layer_names(const Model& model) {
  std::vector<std::string> names;
  for (const Layer& layer : model.layers) names.push_back(layer.name);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a repeated layer is numbered") {
  const Model model = model_of("8", R"([[layer]]
    type = "linear"
    name = "fc"
    out_features = 8
    repeat = 2)");
  CHECK(tensor_names(model) == Names{"fc.0.weight", "fc.0.bias", "fc.1.weight", "fc.1.bias"});
}

TEST_CASE("a # in a name counts on through repeats and from one layer to the next") {
  const Model model = model_of("8", R"([[layer]]
    type = "sequence"
    repeat = 2
    body = [
      { type = "sequence", name = "h.#", body = [{ type = "rms_norm", name = "global" }] },
      { type = "sequence", name = "h.#", body = [{ type = "rms_norm", name = "local" }] },
    ])");
  CHECK(layer_names(model) == Names{"h.0.global", "h.1.local", "h.2.global", "h.3.local"});
}

TEST_CASE("a layer without a name is called by its type and number") {
  const Model model = model_of("8", R"([[layer]]
    type = "sequence"
    name = "block.#"
    repeat = 2
    body = [{ type = "relu" }, { type = "relu" }])");
  CHECK(layer_names(model) ==
        Names{"block.0.relu.0", "block.0.relu.1", "block.1.relu.0", "block.1.relu.1"});
}

TEST_CASE("repeats multiply") {
  const Model once = model_of("8", R"([[layer]]
    type = "linear"
    out_features = 8)");
  const Model model = model_of("8", R"([[layer]]
    type = "sequence"
    repeat = 3
    body = [{ type = "sequence", repeat = 5, body = [{ type = "linear", out_features = 8 }] }])");
  CHECK(model.layers.size() == 15);
  CHECK(model.parameters() == 15 * once.parameters());
  CHECK(model.forward_flops() == 15. * once.forward_flops());
}

TEST_CASE("as many layers as are allowed can be unrolled") {
  const std::string layer = "[[layer]]\ntype = \"relu\"\nrepeat = ";
  CHECK(model_of("1", layer + "100_000").layers.size() == 100'000);
}

TEST_CASE("views leave no layer behind") {
  const Model model = model_of("3x4x5", R"([[layer]]
    type = "flatten"
    [[layer]]
    type = "linear"
    out_features = 7)");
  REQUIRE(model.layers.size() == 1);
  CHECK(model.tensors[0].shape == Shape{7, 60});
}

TEST_CASE("a tied head works with its embedding's table, whose gradient its embedding completes") {
  const Model model = model_of("30", R"([[layer]]
    type = "embedding"
    name = "wte"
    vocabulary = 100
    width = 8
    [[layer]]
    type = "linear"
    name = "head"
    tied = "wte"
    bias = false)");
  CHECK(tensor_names(model) == Names{"wte.weight"});
  CHECK(model.layers[0].parameters == std::vector<std::size_t>{0});
  const Layer& head = model.layers[1];
  CHECK(head.parameters.empty());
  CHECK(head.output == Shape{30, 100});
  CHECK(head.forward_flops == Flops(2. * 30 * 8 * 100));
  CHECK(head.weights_read == 800);
  CHECK(head.gradients_written == 800);
}

TEST_CASE("every tensor's gradient is completed by exactly one layer") {
  for (const char* name : {"bert_base", "gpt2_medium", "gptneo_125m", "resnet50", "llama_30m"}) {
    CAPTURE(name);
    const Model model = load_model(std::string(PALSIM_ROOT "/models/") + name + ".toml");
    std::vector<int> completed(model.tensors.size());
    for (const Layer& layer : model.layers) {
      for (const std::size_t tensor : layer.parameters) ++completed.at(tensor);
    }
    CHECK(completed == std::vector<int>(model.tensors.size(), 1));
  }
}

TEST_CASE("the body of a residual runs first, then its shortcut, then their sum") {
  const Model model = model_of("2x4x4", R"([[layer]]
    type = "residual"
    name = "r"
    body = [{ type = "conv2d", name = "a", out_channels = 5, kernel = 1 }]
    shortcut = [{ type = "conv2d", name = "b", out_channels = 5, kernel = 1 }])");
  CHECK(layer_names(model) == Names{"r.a", "r.b", "r.residual.0"});
  CHECK(model.layers[2].activations_moved == 3 * 80);
  // Both convolutions hold the same input; the sum holds nothing.
  CHECK(model.layers[0].activations_kept == 32);
  CHECK(model.layers[1].activations_kept == 0);
  CHECK(model.layers[2].activations_kept == 0);
}

TEST_CASE("a product holds both its factors for the backward pass") {
  const Model model = model_of("6", R"([[layer]]
    type = "product"
    body = [{ type = "linear", name = "w1", out_features = 9 }, { type = "silu" }]
    shortcut = [{ type = "linear", name = "w3", out_features = 9 }])");
  CHECK(layer_names(model) == Names{"w1", "silu.0", "w3", "product.0"});
  CHECK(model.layers[3].activations_kept == 18);
  CHECK(model.layers[3].output == Shape{9});
}

TEST_CASE("a branch sees the input and leaves it as it was") {
  const Model model = model_of("6", R"([[layer]]
    type = "branch"
    body = [{ type = "linear", out_features = 9 }]
    [[layer]]
    type = "linear"
    out_features = 4)");
  CHECK(model.tensors[2].shape == Shape{4, 6});
}

TEST_CASE("a value held by several layers is counted once") {
  const Model model = model_of("10", R"([[layer]]
    type = "relu"
    [[layer]]
    type = "linear"
    out_features = 3
    [[layer]]
    type = "gelu"
    [[layer]]
    type = "linear"
    out_features = 2)");
  CHECK(model.layers[0].activations_kept == 10);  // ReLU holds its result,
  CHECK(model.layers[1].activations_kept == 0);   // which is this layer's input;
  CHECK(model.layers[2].activations_kept == 3);   // GELU holds its input,
  CHECK(model.layers[3].activations_kept == 3);   // so its result comes besides.
}

TEST_CASE("one matrix may project queries, keys and values together") {
  const Model model = model_of("5", R"([[layer]]
    type = "embedding"
    name = "e"
    vocabulary = 10
    width = 4
    [[layer]]
    type = "attention"
    name = "attn"
    heads = 2
    projections = ["c_attn", "c_proj"])");
  CHECK(tensor_names(model) == Names{"e.weight", "attn.c_attn.weight", "attn.c_attn.bias",
                                     "attn.c_proj.weight", "attn.c_proj.bias"});
  CHECK(model.tensors[1].shape == Shape{12, 4});
  CHECK(model.tensors[3].shape == Shape{4, 4});
}

TEST_CASE("a setting laid over the document changes every layer of that name") {
  Value document = load_document(PALSIM_ROOT "/models/vgg16_cifar10.toml");
  override_value(document, "layer.classifier.body.6.out_features=100");
  CHECK(read_model(document).tensors.back().shape == Shape{100});
}

TEST_CASE("a graph has a node for each layer, and says which values it reads and makes") {
  const ModelGraph graph = unroll_graph(read_model_spec(parse_document(R"(
    name = "m"
    input = "2x3"
    [[layer]]
    type = "flatten"
    [[layer]]
    type = "residual"
    body = [{ type = "linear", out_features = 6 }, { type = "buffer", size = "1B" }]
    shortcut = [{ type = "relu" }]
    [[layer]]
    type = "cross_entropy")",
                                                                       "m.toml")));
  REQUIRE(graph.nodes.size() == graph.model.layers.size());
  CHECK(layer_names(graph.model) ==
        Names{"linear.0", "buffer.0", "relu.0", "residual.0", "cross_entropy.0"});
  using Signals = std::vector<std::size_t>;
  CHECK(graph.nodes[0].inputs == Signals{0});
  CHECK(graph.nodes[0].input == Shape{6});
  CHECK(graph.nodes[1].inputs == Signals{1});
  CHECK(graph.nodes[1].output == 1);
  CHECK(graph.nodes[2].inputs == Signals{0});
  CHECK(graph.nodes[3].inputs == Signals{1, 2});
  CHECK(graph.nodes[3].output == 3);
  CHECK(graph.nodes[4].inputs == Signals{3});
  CHECK(graph.signals == std::vector<Shape>{{2, 3}, {6}, {6}, {6}, {1}});
  CHECK(std::get<layer::Merge>(graph.nodes[3].operation) == layer::Merge::sum);
  CHECK(graph.nodes[4].origin.line == 10);
}

TEST_CASE("attention reads queries, keys and values in this order, however they are registered") {
  const auto reads = [](const std::string& projections) {
    const ModelGraph graph = unroll_graph(read_model_spec(parse_document(
        "name = 'm'\ninput = 5\nlayer = [{type = 'embedding', vocabulary = 9, width = 4}, "
        "{type = 'attention', heads = 2, projections = [" +
            projections + "]}]",
        "m.toml")));
    return graph.nodes[graph.nodes.size() - 2].inputs;
  };
  // The projections make values 2, 3 and 4.
  using Signals = std::vector<std::size_t>;
  CHECK(reads("'q', 'k', 'v', 'o'") == Signals{2, 3, 4});
  CHECK(reads("'k_proj', 'v_proj', 'q_proj', 'out_proj'") == Signals{4, 2, 3});
  CHECK(reads("'self.key', 'self.query', 'self.value', 'dense'") == Signals{3, 2, 4});
  CHECK(reads("'a', 'b', 'c', 'd'") == Signals{2, 3, 4});
  CHECK(reads("'qkv', 'o'") == Signals{2});
}

TEST_CASE("the first token's row is a value without a layer") {
  const ModelGraph graph = unroll_graph(read_model_spec(
      parse_document("name = 'm'\ninput = 5\nlayer = [{type = 'embedding', vocabulary = 9, width = "
                     "4}, {type = 'first_token'}, {type = 'relu'}]",
                     "m.toml")));
  REQUIRE(graph.first_rows.size() == 1);
  CHECK(graph.first_rows[0].input == 1);
  CHECK(graph.first_rows[0].output == 2);
  CHECK(graph.nodes[1].inputs == std::vector<std::size_t>{2});
  CHECK(graph.signals[2] == Shape{4});
}
