// The model files against the figures of their sources.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "models/loader.hpp"

using namespace palsim;

namespace {

const std::string root = PALSIM_ROOT;

struct Row {
  std::string name;
  std::string shape;
  std::int64_t elements = 0;
  double multiply_adds = 0;
};

std::vector<Row> read_shapes(const std::string& file) {
  std::ifstream csv(root + "/tests/models/shapes/" + file);
  REQUIRE(csv);
  std::vector<Row> rows;
  std::string line;
  std::getline(csv, line);
  while (std::getline(csv, line)) {
    std::istringstream cells(line);
    std::string index, elements, multiply_adds;
    Row row;
    std::getline(cells, index, ',');
    std::getline(cells, row.name, ',');
    std::getline(cells, row.shape, ',');
    std::getline(cells, elements, ',');
    std::getline(cells, multiply_adds, ',');
    row.name = row.name.substr(0, row.name.find(' '));  // "... (tied lm_head)"
    row.elements = std::stoll(elements);
    row.multiply_adds = std::stod(multiply_adds);
    rows.push_back(row);
  }
  return rows;
}

// The multiply-adds of the layer whose weight the tensor is.
std::map<std::size_t, double> multiply_adds_by_weight(const Model& model) {
  std::map<std::size_t, double> by_weight;
  for (const Layer& layer : model.layers) {
    if (!layer.parameters.empty()) {
      by_weight[layer.parameters.front()] = layer.forward_flops.count() / 2;
    }
    if (layer.name == "lm_head") by_weight[0] = layer.forward_flops.count() / 2;  // tied
  }
  return by_weight;
}

void check_shapes(const std::string& model_file, const std::string& shapes_file) {
  const Model model = load_model(root + model_file);
  const std::vector<Row> rows = read_shapes(shapes_file);
  const std::map<std::size_t, double> multiply_adds = multiply_adds_by_weight(model);
  // The transformers' figures are for one token.
  const double samples_per_row =
      model.input.size() == 1 ? static_cast<double>(model.input.front()) : 1;
  REQUIRE(model.tensors.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    CHECK(model.tensors[i].name == rows[i].name);
    CHECK(to_string(model.tensors[i].shape) == rows[i].shape);
    CHECK(model.tensors[i].numel() == rows[i].elements);
    const auto at = multiply_adds.find(i);
    const double found = at == multiply_adds.end() ? 0 : at->second;
    CHECK(found == rows[i].multiply_adds * samples_per_row);
  }
}

std::string model_path(const std::string& name) { return root + "/models/" + name + ".toml"; }
Model model_named(const std::string& name) { return load_model(model_path(name)); }

const std::map<std::string, std::int64_t> known_parameters = {
    {"bert_base", 110'106'428},   {"gpt2_medium", 354'823'168}, {"gpt2_small", 124'439'808},
    {"gptneo_125m", 125'198'592}, {"gptneo_8m", 8'054'656},     {"llama_30m", 30'846'720},
    {"mlp", 1'841'162},           {"resnet50", 25'557'032},     {"small_cnn", 62'006},
    {"t5_base", 222'903'552},     {"vgg16", 138'357'544},       {"vgg16_cifar10", 134'301'514}};

}  // namespace

TEST_CASE("tensors have the names, shapes, order and multiply-adds of torchvision's modules") {
  check_shapes("/models/resnet50.toml", "resnet50.csv");
  check_shapes("/models/vgg16.toml", "vgg16_imagenet.csv");
  check_shapes("/models/vgg16_cifar10.toml", "vgg16_torchvision_10cls_32px.csv");
}

TEST_CASE("tensors have the names, shapes, order and multiply-adds of Hugging Face's modules") {
  check_shapes("/models/gptneo_125m.toml", "gptneo125m.csv");
  check_shapes("/tests/models/tinystories_8m.toml", "tinystories8m.csv");
}

TEST_CASE("every model file loads, bears its own name and has the parameters of its source") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root + "/models")) {
    if (entry.path().extension() != ".toml") continue;
    const std::string name = entry.path().stem().string();
    CAPTURE(name);
    REQUIRE(known_parameters.count(name) == 1);
    const Model model = load_model(entry.path().string());
    CHECK(model.name == name);
    CHECK(model.parameters() == known_parameters.at(name));
    ++files;
  }
  CHECK(files == known_parameters.size());
}

TEST_CASE("every model file states in a comment how many parameters it has") {
  for (const auto& [name, parameters] : known_parameters) {
    CAPTURE(name);
    std::ifstream file(model_path(name));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    text.resize(text.find("name = "));
    // "25 557 032": groups of three.
    std::string figure = fmt::format("{}", parameters);
    for (std::size_t at = figure.size(); at > 3;) figure.insert(at -= 3, 1, ' ');
    CHECK(text.find(figure + " parameters") != std::string::npos);
  }
}

TEST_CASE("forward work is the published one") {
  // torchvision: 4.089, 15.47 and 0.433 GMACs.
  CHECK(model_named("resnet50").forward_flops() == Flops(2 * 4'089'184'256.));
  CHECK(model_named("vgg16").forward_flops() == Flops(2 * 15'470'264'320.));
  CHECK(model_named("vgg16_cifar10").forward_flops() == Flops(2 * 432'775'168.));
}

TEST_CASE("a GPT's forward work is two FLOPs per token and weight, and four per score and width") {
  const Model model = model_named("gptneo_125m");
  const double tokens = 300, width = 768, layers = 12;
  const double weights = 50257 * width + layers * 12 * width * width;
  const double scores = layers * 2 * 2 * tokens * tokens * width;
  CHECK(model.forward_flops() == Flops(2 * tokens * weights + scores));
}

TEST_CASE("the buffers that DDP broadcasts have the size of the original's") {
  // 53 batch norms of 26 560 channels: mean and variance in fp32 and a count in int64.
  CHECK(model_named("resnet50").buffers() == Bytes(2 * 4 * 26'560 + 53 * 8));
  // Seven rotary tables of 131072 x 8 complex64.
  CHECK(model_named("llama_30m").buffers() == Bytes(7 * 131'072 * 8 * 8));
  // A mask of 2048 x 2048 bool and a scalar in each layer.
  CHECK(model_named("gptneo_125m").buffers() == Bytes(12 * (2048 * 2048 + 4)));
  CHECK(model_named("gptneo_8m").buffers() == Bytes(8 * (300 * 300 + 4)));
  CHECK(model_named("vgg16").buffers() == Bytes(0));
}

TEST_CASE("positions and the length of a sequence are different things") {
  const Model model = model_named("gptneo_125m");
  CHECK(model.input == Shape{300});
  CHECK(to_string(model.tensors[1].shape) == "2048x768");
}

TEST_CASE("a ResNet's shortcut runs after the body of its block") {
  const Model model = model_named("resnet50");
  std::vector<std::string> names;
  for (std::size_t i = 4; i < 15; ++i) names.push_back(model.layers[i].name);
  CHECK(names == std::vector<std::string>{"layer1.0.conv1", "layer1.0.bn1", "layer1.0.relu.0",
                                          "layer1.0.conv2", "layer1.0.bn2", "layer1.0.relu.1",
                                          "layer1.0.conv3", "layer1.0.bn3", "layer1.0.downsample.0",
                                          "layer1.0.downsample.1", "layer1.0.residual.0"});
}
