// Every layer's backward pass against central differences of its forward pass, in double.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/real/layers/tiny_model.hpp"

using namespace palsim;

namespace {

constexpr double scale = 0.7;

// The largest difference between the gradient and the central difference, over at most 400
// parameters, relative to one plus the gradient.
double gradient_error(const std::string& input, const std::string& layers, std::int64_t samples,
                      Seed seed) {
  const ModelGraph graph = graph_of(input, layers);
  Trainee<double> trainee(graph, samples, seed);
  trainee.randomize(seed);
  const Batch batch = random_batch(graph, samples, seed);
  trainee.replica.accumulate_gradient(batch, scale);
  const std::vector<double> gradients = trainee.gradients();
  const auto loss = [&] { return scale * trainee.replica.accumulate_gradient(batch, 1).loss; };

  RandomStream random(seed, Purpose::order, 0);
  const std::int64_t parameters = trainee.replica.parameter_count();
  constexpr std::int64_t most = 400;
  constexpr double h = 1e-5;
  double worst = 0;
  double largest = 0;
  for (std::int64_t k = 0; k < std::min(parameters, most); ++k) {
    const std::int64_t i = parameters <= most ? k : below(parameters, random);
    double& x = trainee.replica.parameters()[i];
    const double before = x;
    x = before + h;
    const double above = loss();
    x = before - h;
    const double difference = (above - loss()) / (2 * h);
    x = before;
    const double gradient = gradients[static_cast<std::size_t>(i)];
    worst = std::max(worst, std::abs(difference - gradient) / (1 + std::abs(gradient)));
    largest = std::max(largest, std::abs(gradient));
  }
  CHECK(largest > 1e-3);  // there is something to compare
  return worst;
}

// Central differences are off by h^2, and by the rounding of losses over h.
constexpr double tolerance = 1e-7;

#define CHECK_GRADIENTS(input, layers, samples)                      \
  for (const Seed seed : {1, 2, 3}) {                                \
    CAPTURE(seed);                                                   \
    CHECK(gradient_error(input, layers, samples, seed) < tolerance); \
  }

const std::string fc = "{type = 'linear', out_features = 7}, ";
const std::string loss_layer = "{type = 'cross_entropy'}";
const std::string to_loss =
    "{type = 'flatten'}, {type = 'linear', out_features = 3}, " + loss_layer;
const std::string image = "{type = 'conv2d', out_channels = 3, kernel = 3, padding = 1}, ";
const std::string tokens = "{type = 'embedding', name = 'wte', vocabulary = 11, width = 6}, ";
const std::string token_loss = "{type = 'linear', out_features = 11}, " + loss_layer;

}  // namespace

TEST_CASE("a linear layer's gradients are its derivatives") {
  CHECK_GRADIENTS("5", fc + to_loss, 4);
  CHECK_GRADIENTS("1", "{type = 'linear', out_features = 1, bias = false}, " + to_loss, 1);
  CHECK_GRADIENTS("2x3x3", "{type = 'flatten'}, " + fc + to_loss, 3);
}

TEST_CASE("the gradient of a layer beyond the caches is that of the same layer in parts") {
  // Twice the batch, each sample twice: more than 16 MiB of outputs, and the same gradient.
  const LinearShape half{.rows = 40, .in_features = 3, .out_features = 30'001};
  const LinearShape whole{.rows = 80, .in_features = 3, .out_features = 30'001};
  RandomStream random(1, Purpose::samples, 0);
  const auto drawn = [&](std::int64_t count) {
    std::vector<double> values(static_cast<std::size_t>(count));
    for (double& value : values) value = random.normal();
    return values;
  };
  std::vector<double> x = drawn(half.rows * half.in_features);
  std::vector<double> dy = drawn(half.rows * half.out_features);
  const std::vector<double> weight = drawn(half.in_features * half.out_features);
  const auto device = cpu_device<double>();
  std::vector<double> expected(weight.size(), 1.);
  device->linear_backward(half, x.data(), weight.data(), dy.data(), nullptr, expected.data(),
                          nullptr);
  for (std::vector<double>* values : {&x, &dy}) {
    const std::vector<double> again = *values;
    values->insert(values->end(), again.begin(), again.end());
  }
  std::vector<double> found(weight.size(), 1.);
  device->linear_backward(whole, x.data(), weight.data(), dy.data(), nullptr, found.data(),
                          nullptr);
  double worst = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    worst = std::max(worst, std::abs((found[i] - 1) - 2 * (expected[i] - 1)));
  }
  CHECK(worst < 1e-11);
}

TEST_CASE("a convolution's gradients are its derivatives") {
  CHECK_GRADIENTS("2x5x7", image + to_loss, 2);
  CHECK_GRADIENTS("3x8x5",
                  image +
                      "{type = 'conv2d', out_channels = 4, kernel = 3, stride = 2, padding = 1, "
                      "bias = false}, " +
                      to_loss,
                  3);
  CHECK_GRADIENTS("2x6x6",
                  image + "{type = 'conv2d', out_channels = 5, kernel = 1, stride = 2}, " + to_loss,
                  2);
}

TEST_CASE("pooling's gradients are its derivatives") {
  CHECK_GRADIENTS(
      "2x7x5", image + "{type = 'max_pool', kernel = 3, stride = 2, padding = 1}, " + to_loss, 2);
  CHECK_GRADIENTS("2x6x4", image + "{type = 'max_pool', kernel = 2}, " + to_loss, 2);
  CHECK_GRADIENTS(
      "2x7x5", image + "{type = 'average_pool', kernel = 3, stride = 2, padding = 1}, " + to_loss,
      2);
  CHECK_GRADIENTS("2x7x5", image + "{type = 'adaptive_average_pool', output = 3}, " + to_loss, 2);
  CHECK_GRADIENTS("2x7x5", image + "{type = 'adaptive_average_pool'}, " + to_loss, 2);
}

TEST_CASE("the norms' gradients are their derivatives") {
  CHECK_GRADIENTS("2x5x4", image + "{type = 'batch_norm'}, " + to_loss, 3);
  CHECK_GRADIENTS("5", fc + "{type = 'batch_norm'}, " + to_loss, 6);
  CHECK_GRADIENTS("5", fc + "{type = 'layer_norm'}, " + to_loss, 4);
  CHECK_GRADIENTS("5", fc + "{type = 'rms_norm'}, " + to_loss, 4);
  CHECK_GRADIENTS("4", tokens + "{type = 'layer_norm'}, " + token_loss, 2);
  CHECK_GRADIENTS("4", tokens + "{type = 'rms_norm'}, " + token_loss, 2);
  CHECK_GRADIENTS("2x3x5", image + "{type = 'layer_norm'}, " + to_loss, 2);
}

TEST_CASE("the activations' gradients are their derivatives") {
  for (const char* type : {"relu", "gelu", "silu", "tanh"}) {
    CAPTURE(type);
    const std::string activation = "{type = '" + std::string(type) + "'}, ";
    CHECK_GRADIENTS("5", fc + activation + to_loss, 4);
    CHECK_GRADIENTS("5", fc + activation + activation + to_loss, 3);
    CHECK_GRADIENTS("3", "{type = 'linear', out_features = 300}, " + activation + to_loss, 2);
  }
}

TEST_CASE("the embeddings' gradients are their derivatives") {
  CHECK_GRADIENTS("5", tokens + token_loss, 3);
  CHECK_GRADIENTS("5", tokens + "{type = 'position_embedding', positions = 8}, " + token_loss, 3);
}

TEST_CASE("a tied head's gradient is added to its embedding's") {
  const std::string head = "{type = 'linear', name = 'head', tied = 'wte', bias = ";
  CHECK_GRADIENTS("5", tokens + "{type = 'tanh'}, " + head + "false}, " + loss_layer, 3);
  CHECK_GRADIENTS("5", tokens + "{type = 'tanh'}, " + head + "true}, " + loss_layer, 3);
}

TEST_CASE("attention's gradients are its derivatives") {
  for (const char* keys :
       {"heads = 2", "heads = 1, causal = false", "heads = 3, window = 3", "heads = 6, window = 1",
        "heads = 2, scaled = false", "heads = 2, bias = 'none'", "heads = 2, bias = 'output'",
        "heads = 2, fused = true", "heads = 2, projections = ['k', 'v', 'q', 'o']",
        "heads = 3, projections = ['qkv', 'o']",
        "heads = 2, window = 3, projections = ['c', 'o']"}) {
    CAPTURE(keys);
    const std::string attention = "{type = 'attention', " + std::string(keys) + "}, ";
    CHECK_GRADIENTS("7", tokens + attention + token_loss, 2);
  }
}

TEST_CASE("attention over several blocks of queries has the same gradients") {
  const std::string narrow = "{type = 'embedding', vocabulary = 5, width = 2}, ";
  const std::string rest = "{type = 'linear', out_features = 5}, " + loss_layer;
  for (const char* keys : {"heads = 2", "heads = 1, window = 70", "heads = 1, window = 5",
                           "heads = 1, causal = false", "heads = 2, projections = ['qkv', 'o']"}) {
    CAPTURE(keys);
    const Seed seed = 4;
    CHECK(gradient_error("131", narrow + "{type = 'attention', " + keys + "}, " + rest, 2, seed) <
          tolerance);
  }
}

TEST_CASE("gradients of a value that several layers read are summed") {
  const std::string body = "body = [{type = 'linear', out_features = 7}, {type = 'tanh'}]";
  const std::string shortcut =
      ", shortcut = [{type = 'linear', out_features = 7}, {type = 'silu'}]";
  for (const char* type : {"residual", "product"}) {
    CAPTURE(type);
    const std::string merged = "{type = '" + std::string(type) + "', " + body;
    CHECK_GRADIENTS("5", fc + merged + "}, " + to_loss, 3);
    CHECK_GRADIENTS("5", fc + merged + shortcut + "}, " + to_loss, 3);
    CHECK_GRADIENTS("5", fc + merged + "}, " + merged + shortcut + "}, " + merged + "}, " + to_loss,
                    3);
    CHECK_GRADIENTS("5", merged + shortcut + "}, " + to_loss, 3);
  }
}

TEST_CASE("a merge of a value with itself, or with little between, has the right gradient") {
  const std::string buffer = "body = [{type = 'buffer', size = '8B'}]";
  for (const char* type : {"residual", "product"}) {
    CAPTURE(type);
    const std::string begin = "{type = '" + std::string(type) + "', ";
    CHECK_GRADIENTS("5", fc + begin + buffer + "}, " + to_loss, 3);
    CHECK_GRADIENTS("5", fc + begin + "body = [{type = 'tanh'}]}, " + to_loss, 3);
    CHECK_GRADIENTS(
        "5", fc + begin + "body = [{type = 'tanh'}], shortcut = [{type = 'gelu'}]}, " + to_loss, 3);
    CHECK_GRADIENTS(
        "5", fc + begin + buffer + "}, " + begin + buffer + "}, {type = 'tanh'}, " + to_loss, 3);
  }
}

TEST_CASE("a loss right after a layer other than linear has the right gradient") {
  CHECK_GRADIENTS("5", fc + "{type = 'tanh'}, " + loss_layer, 3);
  CHECK_GRADIENTS("5", fc + "{type = 'residual', body = [{type = 'relu'}]}, " + loss_layer, 3);
  CHECK_GRADIENTS("5", fc + "{type = 'branch', body = [{type = 'tanh'}]}, " + loss_layer, 3);
}

TEST_CASE("a branch that leads nowhere leaves the gradients of the rest alone") {
  CHECK_GRADIENTS(
      "5",
      fc + "{type = 'branch', body = [" + fc + "{type = 'relu'}]}, {type = 'tanh'}, " + to_loss, 3);
}

TEST_CASE("a block of GPT-Neo has the right gradients") {
  CHECK_GRADIENTS("6",
                  tokens + R"({type = 'position_embedding', positions = 6},
    {type = 'sequence', repeat = 2, body = [
      {type = 'residual', body = [{type = 'layer_norm'}, {type = 'buffer', size = '36B'},
        {type = 'attention', heads = 2, window = 4, scaled = false, bias = 'output'}]},
      {type = 'residual', body = [{type = 'layer_norm'}, {type = 'linear', out_features = 24},
        {type = 'gelu'}, {type = 'linear', out_features = 6}]}]},
    {type = 'layer_norm'}, {type = 'linear', tied = 'wte', bias = false}, )" +
                      loss_layer,
                  2);
}

TEST_CASE("a block of ResNet has the right gradients") {
  const std::string body =
      "body = [{type = 'conv2d', out_channels = 2, kernel = 1, bias = false}, "
      "{type = 'batch_norm'}, {type = 'relu'}, {type = 'conv2d', out_channels = 5, kernel = 3, "
      "stride = 2, padding = 1, bias = false}, {type = 'batch_norm'}]";
  const std::string shortcut =
      "shortcut = [{type = 'conv2d', out_channels = 5, kernel = 1, stride = 2, bias = false}, "
      "{type = 'batch_norm'}]";
  CHECK_GRADIENTS("2x6x6",
                  image + "{type = 'residual', " + body + ", " + shortcut +
                      "}, {type = 'relu'}, {type = 'adaptive_average_pool'}, " + to_loss,
                  4);
}
