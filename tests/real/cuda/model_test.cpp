// Whole models on a GPU against the CPU: losses and each tensor's gradient, from equal parameters.
#include <doctest/doctest.h>

#include "tests/real/cuda/cuda_runs.hpp"
#include "tests/real/cuda/twins.hpp"
#include "tests/real/layers/tiny_model.hpp"

namespace palsim::cuda {
namespace {

constexpr double tolerance = 1e-5;

std::string layer_of(const ModelGraph& graph, std::size_t tensor) {
  for (const auto& layer : graph.model.layers) {
    if (std::count(layer.parameters.begin(), layer.parameters.end(), tensor) > 0) return layer.name;
  }
  return "";
}

// Of two micro-batches, the second one smaller.
struct Pass {
  LossSum training[2];
  LossSum evaluation;
  std::vector<float> gradients;
};

constexpr std::int64_t samples = 3;

Pass pass_on(std::unique_ptr<Device<float>> device, const ModelGraph& graph, Seed seed) {
  Trainee<float> trainee(graph, samples, seed, std::move(device));
  Pass pass;
  for (const std::int64_t less : {0, 1}) {
    const Batch batch = random_batch(graph, samples - less, seed + static_cast<Seed>(less));
    const double scale = 1 / static_cast<double>(batch.targets.size());
    pass.training[less] = trainee.replica.accumulate_gradient(batch, scale);
  }
  pass.evaluation = trainee.replica.evaluate(random_batch(graph, samples, seed + 2));
  pass.gradients = trainee.gradients();
  return pass;
}

void check_follows(const LossSum& found, const LossSum& expected) {
  CHECK(std::abs(found.loss - expected.loss) <= tolerance * std::abs(expected.loss));
  CHECK(found.correct == expected.correct);
}

// Parameters as training begins with them; a bias without any influence (before a norm) has a
// gradient of nothing but rounding, so a tensor's error is relative to the largest gradient too.
void check_model(const ModelGraph& graph) {
  CAPTURE(graph.model.name);
  for (const Seed seed : {1, 2}) {
    CAPTURE(seed);
    const Pass expected = pass_on(cpu_device<float>(), graph, seed);
    const Pass found = pass_on(on_gpu()->device(0), graph, seed);
    for (const int part : {0, 1}) check_follows(found.training[part], expected.training[part]);
    check_follows(found.evaluation, expected.evaluation);
    std::size_t begin = 0;
    for (std::size_t tensor = 0; tensor < graph.model.tensors.size(); ++tensor) {
      const auto count = static_cast<std::size_t>(graph.model.tensors[tensor].numel());
      CAPTURE(layer_of(graph, tensor));
      CAPTURE(tensor);
      CHECK(relative_error(std::span(found.gradients).subspan(begin, count),
                           std::span(expected.gradients).subspan(begin, count)) < tolerance);
      begin += count;
    }
    CHECK(begin == expected.gradients.size());
  }
}

const std::string loss_layer = "{type = 'cross_entropy'}";

TEST_CASE("A GPU gives the losses and gradients of a network for images") {
  check_model(graph_of(
      "3x13x11",
      "{type = 'conv2d', name = 'first', out_channels = 5, kernel = 3, padding = 1, bias = false}, "
      "{type = 'batch_norm', name = 'norm'}, {type = 'relu'}, "
      "{type = 'max_pool', kernel = 3, stride = 2, padding = 1}, "
      "{type = 'residual', body = [{type = 'conv2d', name = 'inner', out_channels = 7, kernel = 3, "
      "stride = 2, padding = 1}, {type = 'silu'}], shortcut = [{type = 'conv2d', name = "
      "'shortcut', "
      "out_channels = 7, kernel = 1, stride = 2}]}, "
      "{type = 'average_pool', kernel = 2, stride = 1}, {type = 'tanh'}, "
      "{type = 'adaptive_average_pool', output = 2}, {type = 'flatten'}, "
      "{type = 'linear', name = 'hidden', out_features = 17}, {type = 'gelu'}, "
      "{type = 'product', body = [{type = 'linear', name = 'gate', out_features = 17}]}, "
      "{type = 'linear', name = 'head', out_features = 10}, " +
          loss_layer));
}

TEST_CASE("A GPU gives the losses and gradients of a language model") {
  const auto attention = [](const std::string& keys) {
    return "{type = 'residual', body = [{type = 'layer_norm'}, {type = 'buffer', size = '36B'}, "
           "{type = 'attention', heads = 2, bias = 'output'" +
           keys + "}]}, ";
  };
  const std::string perceptron =
      "{type = 'residual', body = [{type = 'layer_norm'}, {type = 'linear', out_features = 24}, "
      "{type = 'gelu'}, {type = 'linear', out_features = 12}]}, ";
  check_model(graph_of("21",
                       "{type = 'embedding', name = 'wte', vocabulary = 31, width = 12}, "
                       "{type = 'position_embedding', positions = 23}, " +
                           attention(", scaled = false") + perceptron +
                           attention(", scaled = false, window = 5") + perceptron +
                           attention(", fused = true") +
                           "{type = 'rms_norm'}, {type = 'linear', name = 'head', tied = 'wte', "
                           "bias = false}, " +
                           loss_layer));
}

TEST_CASE("A GPU gives the losses and gradients of the named models") {
  check_model(named_graph("small_cnn"));
  check_model(shortened("gptneo_8m", "20", "layer.transformer.wte.vocabulary=100"));
}

}  // namespace
}  // namespace palsim::cuda
