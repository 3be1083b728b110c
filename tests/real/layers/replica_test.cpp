#include "real/replica/replica.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <utility>

#include "sim/core/error.hpp"
#include "tests/real/layers/tiny_model.hpp"

using namespace palsim;

namespace {

const std::string loss_layer = "{type = 'cross_entropy'}";
const std::string perceptron =
    "{type = 'linear', name = 'fc1', out_features = 9}, {type = 'relu'}, "
    "{type = 'linear', name = 'fc2', out_features = 4}, " +
    loss_layer;
const std::string language_model =
    "{type = 'embedding', name = 'wte', vocabulary = 13, width = 8}, "
    "{type = 'residual', body = [{type = 'layer_norm'}, "
    "{type = 'attention', heads = 2, projections = ['k', 'v', 'q', 'o']}]}, "
    "{type = 'linear', name = 'head', tied = 'wte', bias = false}, " +
    loss_layer;

template <class T>
std::vector<T> parameters_of(Replica<T>& replica) {
  return {replica.parameters(), replica.parameters() + replica.parameter_count()};
}

Batch part_of(const Batch& batch, std::int64_t first, std::int64_t samples) {
  const auto cut = [&](const auto& all) {
    const std::int64_t each = static_cast<std::int64_t>(all.size()) / batch.samples;
    return std::decay_t<decltype(all)>(all.begin() + first * each,
                                       all.begin() + (first + samples) * each);
  };
  return {samples, cut(batch.images), cut(batch.tokens), cut(batch.targets)};
}

}  // namespace

TEST_CASE("one neuron's loss and gradient are what one computes by hand") {
  const ModelGraph graph = graph_of("1", "{type = 'linear', out_features = 2}, " + loss_layer);
  Trainee<double> trainee(graph, 1, 1);
  // Logits 2 w + b = (1, 2): the loss of class 0 is log(1 + e), its probability 1 / (1 + e).
  const std::vector<double> parameters{0.25, 0.75, 0.5, 0.5};
  std::copy(parameters.begin(), parameters.end(), trainee.replica.parameters());
  const Batch batch{1, {2}, {}, {0}};
  const LossSum sum = trainee.replica.accumulate_gradient(batch, 3);
  const double e = std::exp(1.);
  CHECK(sum.loss == doctest::Approx(std::log(1 + e)));
  CHECK(sum.correct == 0);
  const double other = e / (1 + e);
  const std::vector<double> gradients = trainee.gradients();
  CHECK(gradients[0] == doctest::Approx(3 * 2 * -other));
  CHECK(gradients[1] == doctest::Approx(3 * 2 * other));
  CHECK(gradients[2] == doctest::Approx(3 * -other));
  CHECK(gradients[3] == doctest::Approx(3 * other));
}

TEST_CASE("gradients of micro-batches add up to the batch's") {
  for (const ModelGraph& graph : {graph_of("6", perceptron), graph_of("5", language_model)}) {
    Trainee<double> whole(graph, 7, 1);
    Trainee<double> parts(graph, 4, 1);
    const Batch batch = random_batch(graph, 7, 1);
    const LossSum sum = whole.replica.accumulate_gradient(batch, 0.3);
    LossSum in_parts;
    for (const auto& [first, samples] : {std::pair{0, 4}, std::pair{4, 3}}) {
      const LossSum part = parts.replica.accumulate_gradient(part_of(batch, first, samples), 0.3);
      in_parts.loss += part.loss;
      in_parts.correct += part.correct;
    }
    CHECK(in_parts.loss == doctest::Approx(sum.loss).epsilon(1e-12));
    CHECK(in_parts.correct == sum.correct);
    const std::vector<double> expected = whole.gradients();
    const std::vector<double> found = parts.gradients();
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      worst = std::max(worst, std::abs(expected[i] - found[i]));
    }
    CHECK(worst < 1e-12);
  }
}

TEST_CASE("evaluation has the same loss as training where nothing depends on the batch") {
  const ModelGraph graph = graph_of("5", language_model);
  Trainee<double> trainee(graph, 3, 1);
  const Batch batch = random_batch(graph, 3, 2);
  const LossSum evaluated = trainee.replica.evaluate(batch);
  CHECK(trainee.gradients() ==
        std::vector<double>(static_cast<std::size_t>(trainee.replica.parameter_count()), 0.));
  CHECK(trainee.replica.accumulate_gradient(batch, 1).loss == evaluated.loss);
}

TEST_CASE("evaluation normalizes by the running statistics and leaves them alone") {
  const ModelGraph graph =
      graph_of("4", "{type = 'batch_norm'}, {type = 'linear', out_features = 3}, " + loss_layer);
  Trainee<double> trainee(graph, 8, 1);
  double* running = trainee.replica.buffers();
  CHECK(std::vector<double>(running, running + 8) == std::vector<double>{0, 0, 0, 0, 1, 1, 1, 1});
  const Batch batch = random_batch(graph, 8, 1);
  const double before = trainee.replica.evaluate(batch).loss;
  CHECK(running[0] == 0);
  trainee.replica.accumulate_gradient(batch, 1);
  CHECK(running[0] != 0);
  CHECK(running[4] != 1);
  CHECK(trainee.replica.evaluate(batch).loss != before);
}

TEST_CASE("each tensor's gradient is announced once, when it is complete, a tied table's last") {
  const ModelGraph graph = graph_of("5", language_model);
  Trainee<double> trainee(graph, 2, 1);
  const Batch batch = random_batch(graph, 2, 1);
  trainee.replica.accumulate_gradient(batch, 1);
  const std::vector<double> complete = trainee.gradients();
  trainee.clear_gradients();
  std::vector<std::size_t> announced;
  trainee.replica.accumulate_gradient(batch, 1, [&](std::size_t tensor) {
    announced.push_back(tensor);
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < tensor; ++i) begin += graph.model.tensors[i].numel();
    for (std::int64_t i = begin; i < begin + graph.model.tensors[tensor].numel(); ++i) {
      REQUIRE(trainee.replica.gradients()[i] == complete[static_cast<std::size_t>(i)]);
    }
  });
  CHECK(announced == std::vector<std::size_t>{10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0});
}

TEST_CASE("equal seeds make equal replicas, and training repeats bit for bit") {
  for (const ModelGraph& graph : {graph_of("6", perceptron), graph_of("5", language_model)}) {
    Trainee<float> first(graph, 3, 7);
    Trainee<float> second(graph, 3, 7);
    Trainee<float> other(graph, 3, 8);
    CHECK(parameters_of(first.replica) == parameters_of(second.replica));
    CHECK(parameters_of(first.replica) != parameters_of(other.replica));
    for (Seed seed = 1; seed < 6; ++seed) {
      const Batch batch = random_batch(graph, 3, seed);
      first.step(batch, 0.1);
      second.step(batch, 0.1);
    }
    CHECK(parameters_of(first.replica) == parameters_of(second.replica));
  }
}

TEST_CASE("images begin uniform within 1 / sqrt(fan in), tokens normal with deviation 0.02") {
  const ModelGraph images =
      graph_of("3x9x9",
               "{type = 'conv2d', out_channels = 40, kernel = 3}, {type = 'batch_norm'}, "
               "{type = 'flatten'}, {type = 'linear', out_features = 3}, " +
                   loss_layer);
  Trainee<double> convolution(images, 1, 1);
  const std::vector<double> begin = parameters_of(convolution.replica);
  const double largest =
      std::abs(*std::max_element(begin.begin(), begin.begin() + 40 * 27,
                                 [](double a, double b) { return std::abs(a) < std::abs(b); }));
  CHECK(largest < 1 / std::sqrt(27.));
  CHECK(largest > 0.98 / std::sqrt(27.));
  CHECK(std::vector<double>(begin.begin() + 40 * 28, begin.begin() + 40 * 29) ==
        std::vector<double>(40, 1.));
  CHECK(std::vector<double>(begin.begin() + 40 * 29, begin.begin() + 40 * 30) ==
        std::vector<double>(40, 0.));

  const ModelGraph tokens = graph_of("3",
                                     "{type = 'embedding', vocabulary = 1000, width = 10}, "
                                     "{type = 'linear', out_features = 20}, " +
                                         loss_layer);
  Trainee<double> embedding(tokens, 1, 1);
  const std::vector<double> drawn = parameters_of(embedding.replica);
  double squares = 0;
  for (std::size_t i = 0; i < 10'000; ++i) squares += drawn[i] * drawn[i];
  CHECK(std::sqrt(squares / 10'000) == doctest::Approx(0.02).epsilon(0.03));
  CHECK(std::vector<double>(drawn.end() - 20, drawn.end()) == std::vector<double>(20, 0.));
}

TEST_CASE("the first layer that is not finite is found by name") {
  const ModelGraph graph = graph_of("6", perceptron);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Trainee<float> trainee(graph, 3, 1);
    const Batch batch = random_batch(graph, 3, 1);
    trainee.replica.accumulate_gradient(batch, 1);
    CHECK(trainee.replica.first_not_finite() == "");
    float* bias_of_fc2 = trainee.replica.parameters() + trainee.replica.parameter_count() - 4;
    *bias_of_fc2 = bad;
    trainee.replica.accumulate_gradient(batch, 1);
    CHECK(trainee.replica.first_not_finite() == "fc2");
    trainee.replica.parameters()[0] = bad;
    trainee.replica.accumulate_gradient(batch, 1);
    CHECK(trainee.replica.first_not_finite() == "fc1");
  }
}

TEST_CASE("an infinite loss of logits that left no trace is the loss layer's") {
  const ModelGraph graph = graph_of("6", perceptron);
  Trainee<float> trainee(graph, 1, 1);
  Batch batch = random_batch(graph, 1, 1);
  batch.targets = {0};
  float* bias_of_fc2 = trainee.replica.parameters() + trainee.replica.parameter_count() - 4;
  bias_of_fc2[0] = -std::numeric_limits<float>::infinity();
  CHECK(std::isinf(trainee.replica.accumulate_gradient(batch, 1).loss));
  CHECK(trainee.replica.first_not_finite() == "cross_entropy.0");
}

TEST_CASE("buffers take Model::buffers() bytes") {
  const ModelGraph graph = graph_of("4",
                                    "{type = 'buffer', size = '9B'}, {type = 'batch_norm'}, "
                                    "{type = 'linear', out_features = 3}, " +
                                        loss_layer);
  Trainee<float> trainee(graph, 2, 1);
  // 9 bytes rounded up to 3 numbers; 4 means, 4 variances and a 64-bit count.
  CHECK(trainee.replica.buffer_count() == 3 + 8 + 2);
  CHECK(graph.model.buffers() == Bytes(9 + 40));
  CHECK(std::vector<float>(trainee.replica.buffers() + 3, trainee.replica.buffers() + 11) ==
        std::vector<float>{0, 0, 0, 0, 1, 1, 1, 1});
}

TEST_CASE("tokens and targets that the model does not know are refused") {
  const ModelGraph graph = graph_of("5", language_model);
  Trainee<float> trainee(graph, 2, 1);
  const Batch good = random_batch(graph, 2, 1);
  Batch batch = good;
  batch.tokens[3] = 13;
  CHECK_THROWS_WITH_AS(trainee.replica.evaluate(batch),
                       "the data hold a token 13, but the model knows 0 to 12; write data or a "
                       "model that fit each other",
                       InputError);
  batch = good;
  batch.targets[0] = -1;
  CHECK_THROWS_AS(trainee.replica.evaluate(batch), InputError);
  batch = good;
  batch.tokens.pop_back();
  CHECK_THROWS_AS(trainee.replica.evaluate(batch), InternalError);
  CHECK_THROWS_AS(trainee.replica.evaluate(random_batch(graph, 3, 1)), InternalError);
}
