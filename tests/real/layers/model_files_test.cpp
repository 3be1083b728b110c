// The models of models/ as they are trained.
#include <doctest/doctest.h>

#include "sim/core/error.hpp"
#include "tests/real/layers/tiny_model.hpp"

using namespace palsim;

namespace {

// The mean loss before and after a few steps of plain SGD on one batch.
std::pair<double, double> trained(const ModelGraph& graph, std::int64_t samples, int steps,
                                  double learning_rate) {
  Trainee<float> trainee(graph, samples, 1);
  CHECK(trainee.replica.parameter_count() == graph.model.parameters());
  const Batch batch = random_batch(graph, samples, 1);
  const double before = trainee.step(batch, learning_rate);
  double after = before;
  for (int i = 1; i < steps; ++i) after = trainee.step(batch, learning_rate);
  CHECK(trainee.replica.first_not_finite() == "");
  return {before, after};
}

}  // namespace

TEST_CASE("the image models learn a batch by heart") {
  struct Case {
    ModelGraph graph;
    std::int64_t samples;
    int steps;
    double learning_rate;
  };
  const Case cases[] = {{named_graph("mlp"), 16, 10, 0.1},
                        {named_graph("small_cnn"), 16, 10, 0.1},
                        {named_graph("vgg16_cifar10"), 2, 3, 0.05},
                        {shortened("resnet50", "3x64x64"), 4, 3, 0.01}};
  for (const auto& [graph, samples, steps, learning_rate] : cases) {
    CAPTURE(graph.model.name);
    const auto [before, after] = trained(graph, samples, steps, learning_rate);
    // Nothing is known at first.
    const double classes = static_cast<double>(graph.nodes.back().input.back());
    CHECK(before == doctest::Approx(std::log(classes)).epsilon(0.2));
    CHECK(after < before);
  }
}

TEST_CASE("the language models learn a batch by heart") {
  const ModelGraph small = shortened("gptneo_8m", "20", "layer.transformer.wte.vocabulary=1000");
  const ModelGraph large = shortened("gptneo_125m", "12", "layer.transformer.wte.vocabulary=500");
  for (const ModelGraph& graph : {small, large}) {
    CAPTURE(graph.model.name);
    const auto [before, after] = trained(graph, 2, 4, 0.1);
    const double classes = static_cast<double>(graph.nodes.back().input.back());
    CHECK(before == doctest::Approx(std::log(classes)).epsilon(0.05));
    CHECK(after < before);
  }
}

TEST_CASE("the memory of the named models is known beforehand") {
  // Parameters and gradients, and what grows with the batch.
  for (const char* name :
       {"mlp", "small_cnn", "vgg16_cifar10", "resnet50", "gptneo_8m", "gptneo_125m"}) {
    CAPTURE(name);
    const ModelGraph graph = named_graph(name);
    const Bytes one = replica_memory(graph, 1, *cpu_device<float>());
    const Bytes two = replica_memory(graph, 2, *cpu_device<float>());
    const Bytes three = replica_memory(graph, 3, *cpu_device<float>());
    CHECK(one.count() > 8 * graph.model.parameters());
    CHECK(two > one);
    // But for roundings to 64 bytes.
    const double layers = static_cast<double>(graph.nodes.size());
    CHECK(std::abs(static_cast<double>((three - two).count() - (two - one).count())) <
          64 * 4 * layers);
  }
  const double gb =
      1e-9 *
      static_cast<double>(replica_memory(named_graph("resnet50"), 1, *cpu_device<float>()).count());
  CHECK(gb == doctest::Approx(0.33).epsilon(0.1));
}

TEST_CASE("a model that does not fit in memory is refused before it is built") {
  const ModelGraph graph = named_graph("gptneo_125m");
  const auto device = cpu_device<float>();
  CHECK_THROWS_AS(Replica<float>(graph, 1'000'000, *device, 1), InputError);
  CHECK_THROWS_AS(replica_memory(graph, std::int64_t{1} << 60, *cpu_device<float>()), InputError);
}
