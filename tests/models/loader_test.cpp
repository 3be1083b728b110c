#include "models/loader.hpp"

#include <doctest/doctest.h>

#include <string>

#include "sim/core/error.hpp"
#include "tests/models/text_model.hpp"

using namespace palsim;

namespace {

// The complaint about a model with this input and these layers, from line 3 of m.toml on.
std::string complaint(const std::string& input, const std::string& layers) {
  try {
    model_of(input, layers);
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

const std::string embedding = R"([[layer]]
type = "embedding"
name = "wte"
vocabulary = 100
width = 12
)";

}  // namespace

TEST_CASE("the example of two layers is read as it stands") {
  const Model model = read_model(parse_document(R"(
name = "two_layer_toy"
input = "3x32x32"

[[layer]]
type = "conv2d"
name = "features.0"
in_channels = 3
out_channels = 64
kernel = 3
padding = 1

[[layer]]
type = "custom"
name = "rest"
parameters = 1_000_000
forward_flops = "1.2GFLOP"        # per sample
tensors = 4
repeat = 2
)",
                                                "toy.toml"));
  CHECK(model.name == "two_layer_toy");
  CHECK(model.layers.size() == 3);
  CHECK(model.tensors.size() == 10);
  CHECK(model.parameters() == 64 * 27 + 64 + 2'000'000);
  CHECK(model.forward_flops() == Flops(2. * 64 * 32 * 32 * 27 + 2.4e9));
  CHECK(model.tensors[9].name == "rest.1.weight.3");
  CHECK(model.tensors[9].numel() == 250'000);
}

TEST_CASE("the tree of layers stays as it was written") {
  const ModelSpec spec = read_model_spec(load_document(PALSIM_ROOT "/models/resnet50.toml"));
  CHECK(spec.name == "resnet50");
  CHECK(spec.input == Shape{3, 224, 224});
  const LayerSpec& blocks = spec.layers.at(5);
  CHECK(blocks.name == "layer1.#");
  CHECK(blocks.repeat == 2);
  const auto& residual =
      std::get<layer::Merged>(std::get<layer::Sequence>(blocks.operation).body.at(0).operation);
  CHECK(residual.body.size() == 8);
  CHECK(residual.shortcut.empty());
  CHECK(std::get<layer::Conv2d>(residual.body.at(3).operation).kernel == 3);
}

TEST_CASE("an input is a number of tokens or features, or an image") {
  const std::string relu = "[[layer]]\ntype = \"relu\"\n";
  CHECK(model_of("300", relu).input == Shape{300});
  CHECK(model_of("3x32x16", relu).input == Shape{3, 32, 16});
  CHECK(read_model(parse_document("name = \"m\"\ninput = 300\n" + relu, "m.toml")).input ==
        Shape{300});
  for (const char* wrong : {"", "x", "3x", "x3", "3xx3", "-3", "0", "3x0x3", "3 x 3", "3.5",
                            "1x2x3x4", "99999999999999999999", "tokens"}) {
    CHECK(complaint(wrong, relu) ==
          "m.toml:2:9: input = '" + std::string(wrong) +
              "': write channels x height x width, such as \"3x32x32\", or the number of tokens "
              "or features");
  }
}

TEST_CASE("a model has a name, an input and layers") {
  const auto of = [](const std::string& text) {
    try {
      read_model(parse_document(text, "m.toml"));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK(of("input = 3") == "m.toml:1:1: the model has no 'name'; write a text in quotes");
  CHECK(of("name = \"m\"") == "m.toml:1:1: the model has no 'input'; write a text in quotes");
  CHECK(of("name = \"m\"\ninput = 3") ==
        "m.toml:1:1: layer: a model needs layers; write [[layer]] tables");
  CHECK(of("name = \"m\"\ninput = 3\nlayer = []") ==
        "m.toml:3:9: layer = an array: a model needs layers; write [[layer]] tables");
  CHECK(of("name = \"m\"\ninput = 3\nlayers = 1\n[[layer]]\ntype = \"relu\"") ==
        "m.toml:3:1: unknown key 'layers' in the model; did you mean 'layer'?");
}

TEST_CASE("a file that does not exist is named") {
  CHECK_THROWS_WITH_AS(load_model("/nowhere/m.toml"),
                       "/nowhere/m.toml: cannot be read; write the name of a readable TOML file",
                       InputError);
}

TEST_CASE("a type or key that is not known is answered with the nearest one") {
  CHECK(complaint("3", "[[layer]]\ntype = \"liner\"") ==
        "m.toml:4:8: type = 'liner' is not known; did you mean 'linear'?");
  CHECK(complaint("3", "[[layer]]\ntype = \"linear\"\nout_feature = 4\nout_features = 4") ==
        "m.toml:5:1: unknown key 'out_feature' in [[layer]]; did you mean 'out_features'?");
}

TEST_CASE("counts have their ranges") {
  CHECK(complaint("3x8x8", "[[layer]]\ntype = \"conv2d\"\nout_channels = 0\nkernel = 3") ==
        "m.toml:5:16: out_channels = 0; write at least 1");
  CHECK(complaint("3x8x8", "[[layer]]\ntype = \"max_pool\"\nkernel = 3\npadding = 2") ==
        "m.toml:6:11: padding = 2; write at most 1");
  CHECK(complaint("3", "[[layer]]\ntype = \"relu\"\nrepeat = 1_000_000_000_000") ==
        "m.toml:5:10: repeat = 1000000000000; write at most 100000");
  CHECK(complaint("3", "[[layer]]\ntype = \"relu\"\nrepeat = 0") ==
        "m.toml:5:10: repeat = 0; write at least 1");
}

TEST_CASE("work needs its unit") {
  const std::string custom = "[[layer]]\ntype = \"custom\"\nparameters = 5\n";
  CHECK(complaint("3", custom + "forward_flops = 5") ==
        "m.toml:6:17: forward_flops = 5; write the quantity with its unit in quotes, such as "
        "\"1.2GFLOP\"");
  CHECK(complaint("3", custom + "forward_flops = \"-5FLOP\"") ==
        "m.toml:6:17: forward_flops = '-5FLOP': must not be negative");
  CHECK(complaint("3", custom + "forward_flops = \"1e308PFLOP\"") ==
        "m.toml:6:17: forward_flops = '1e308PFLOP' is too large; write an amount of work such as "
        "\"1.2GFLOP\"");
  CHECK(complaint("3", custom + "forward_flops = \"5FLOP\"\ntensors = 6") ==
        "m.toml:7:11: tensors = 6: write at most the 5 parameters");
}

TEST_CASE("a layer that does not fit its input is complained about where it stands") {
  CHECK(complaint("3x4x4", R"([[layer]]
type = "conv2d"
name = "features.0"
out_channels = 8
kernel = 7
padding = 1)") ==
        "m.toml:3:1: conv2d 'features.0': kernel = 7 does not fit 3x4x4 with padding 1; "
        "write at most 6");
  CHECK(complaint("3x4x4",
                  "[[layer]]\ntype = \"conv2d\"\nin_channels = 4\nout_channels = 8\n"
                  "kernel = 1") ==
        "m.toml:3:1: conv2d 'conv2d.0': in_channels = 4, but the input is 3x4x4; write 3");
  CHECK(complaint("300", "[[layer]]\ntype = \"conv2d\"\nout_channels = 8\nkernel = 1") ==
        "m.toml:3:1: conv2d 'conv2d.0': the input is 300; write it after layers of channels x "
        "height x width");
  CHECK(complaint("12", "[[layer]]\ntype = \"linear\"\nin_features = 11\nout_features = 8") ==
        "m.toml:3:1: linear 'linear.0': in_features = 11, but the input is 12; write 12");
  CHECK(complaint("3x4x4", "[[layer]]\ntype = \"linear\"\nout_features = 8") ==
        "m.toml:3:1: linear 'linear.0': the input is 3x4x4; write a layer of type \"flatten\" "
        "before this one");
  CHECK(complaint("3x4x4", "[[layer]]\ntype = \"attention\"\nheads = 2") ==
        "m.toml:3:1: attention 'attention.0': the input is 3x4x4; write it after an embedding");
}

TEST_CASE("token layers fit together") {
  CHECK(complaint("30", embedding + "[[layer]]\ntype = \"attention\"\nheads = 5") ==
        "m.toml:8:1: attention 'attention.0': heads = 5 do not divide the width 12; write a "
        "divisor of it");
  CHECK(complaint("30", embedding + "[[layer]]\ntype = \"position_embedding\"\npositions = 29") ==
        "m.toml:8:1: position_embedding 'position_embedding.0': positions = 29, but the input has "
        "30 tokens; write at least 30");
  CHECK(complaint("30", embedding + "[[layer]]\ntype = \"linear\"\ntied = \"wpe\"") ==
        "m.toml:8:1: linear 'linear.0': tied = 'wpe', but no embedding before it has that name; "
        "did you mean 'wte'?");
  CHECK(complaint("30", embedding + embedding) ==
        "m.toml:8:1: embedding 'wte': the input is 30x12; write it first, after an input of "
        "tokens");
  CHECK(complaint("30", embedding + "[[layer]]\ntype = \"attention\"\nheads = 2\n"
                                    "projections = [\"q\", \"k\", \"v\"]") ==
        "m.toml:11:15: projections = an array: write four names, the output's last, or two if the "
        "inputs share one matrix");
  const std::string windowed =
      embedding + "[[layer]]\ntype = \"attention\"\nheads = 2\nwindow = 5\n";
  CHECK(complaint("30", windowed + "causal = false") ==
        "m.toml:11:10: window = 5: write causal = true too, or no window");
  CHECK(complaint("30", windowed + "causal = true") == "none");
}

TEST_CASE("branches that meet give the same shape") {
  CHECK(complaint("3x4x4", R"([[layer]]
type = "residual"
body = [{ type = "conv2d", out_channels = 8, kernel = 1 }])") ==
        "m.toml:3:1: residual: the body gives 8x4x4, the shortcut 3x4x4; write layers that give "
        "the same");
  CHECK(complaint("3", "[[layer]]\ntype = \"residual\"") ==
        "m.toml:3:1: body: write the layers inside, such as body = [{ type = \"relu\" }]");
}

TEST_CASE("two tensors cannot bear one name") {
  CHECK(complaint("3", R"([[layer]]
type = "rms_norm"
name = "n"
[[layer]]
type = "rms_norm"
name = "n")") ==
        "m.toml:6:1: rms_norm 'n': a tensor 'n.weight' exists already; write another "
        "name, or one with a # that counts");
}

TEST_CASE("huge models are refused before they are built") {
  CHECK(complaint("3", "[[layer]]\ntype = \"linear\"\nout_features = 900_000_000_000") ==
        "m.toml:3:1: linear 'linear.0': 900000000000x3 elements are too many; write sizes whose "
        "product is at most 1000000000000");
  CHECK(complaint("3x1000000000000x1000000000000", "[[layer]]\ntype = \"relu\"") ==
        "m.toml:3:1: relu 'relu.0': 3x1000000000000x1000000000000 elements are too many; write "
        "sizes whose product is at most 1000000000000");
  CHECK(complaint("3", R"([[layer]]
type = "sequence"
repeat = 100_000
body = [{ type = "flatten", repeat = 100_000 }])") ==
        "m.toml:6:9: the model unrolls to more than 100000 layers; write a smaller repeat");
  CHECK(complaint("3", R"([[layer]]
type = "custom"
parameters = 900_000
tensors = 900_000
forward_flops = "1FLOP"
repeat = 2)") ==
        "m.toml:3:1: custom 'custom.1': the model has more than 1000000 tensors; write fewer");
}
