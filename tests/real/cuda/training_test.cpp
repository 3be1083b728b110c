// Models that train on a GPU beside the same ones on a CPU, step by step.
#include <doctest/doctest.h>

#include "real/backend/cpu_backend.hpp"
#include "real/data/generated_stories.hpp"
#include "tests/real/cuda/cuda_runs.hpp"
#include "tests/real/training/short_run.hpp"

namespace palsim::cuda {
namespace {

// A run, and what makes its model and data.
struct Course {
  ShortRun run;
  ModelGraph (*graph)();
  std::unique_ptr<DataSet> (*data)();
};

Course small_cnn() {
  return {.run = {.inner = {.learning_rate = {.base = 0.02}}, .steps = 100, .workers = 1},
          .graph = [] { return named_graph("small_cnn"); },
          .data =
              [] {
                return generate_images({.seed = 3, .samples = 100}, {3, 32, 32}, 10, 1);
              }};
}

constexpr std::int64_t tokens = 8;

ModelGraph gpt_neo_graph() {
  const auto block = [](const std::string& window) {
    return "{type = 'residual', body = [{type = 'layer_norm'}, {type = 'buffer', size = '64B'}, "
           "{type = 'attention', heads = 2, scaled = false, bias = 'output'" +
           window +
           "}]}, {type = 'residual', body = [{type = 'layer_norm'}, "
           "{type = 'linear', out_features = 32}, {type = 'gelu'}, "
           "{type = 'linear', out_features = 8}]}, ";
  };
  return graph_of(std::to_string(tokens),
                  "{type = 'embedding', name = 'wte', vocabulary = 128, width = 8}, "
                  "{type = 'position_embedding', positions = 8}, " +
                      block("") + block(", window = 3") +
                      "{type = 'layer_norm'}, {type = 'linear', tied = 'wte', bias = false}, "
                      "{type = 'cross_entropy'}");
}

Course small_gpt_neo() {
  return {.run = {.method = "name = 'diloco'\nsync_interval = 10",
                  .inner = {.optimizer = InnerOptimizer::adamw,
                            .learning_rate = {.base = 0.002, .warm_up_steps = 10},
                            .weight_decay = 0.1,
                            .clip_norm = 1},
                  .steps = 100,
                  .workers = 1,
                  .batch_per_worker = 2},
          .graph = gpt_neo_graph,
          .data = [] {
            return generate_stories({.seed = 3, .samples = 100}, tokens,
                                    StoryGrammar(Spelling::bytes, 128));
          }};
}

std::vector<Trained> train_on(std::unique_ptr<Backend> (*backend)(), const Course& course) {
  ShortRun run = course.run;
  run.backend = backend;
  return train(ShortRunParts(run, course.graph(), course.data()), run.workers);
}

// The largest relative difference of a worker's loss in any step.
double apart(const std::vector<Trained>& found, const std::vector<Trained>& expected) {
  double largest = 0;
  for (std::size_t rank = 0; rank < expected.size(); ++rank) {
    REQUIRE(found[rank].records.size() == expected[rank].records.size());
    for (std::size_t step = 0; step < expected[rank].records.size(); ++step) {
      const double loss = expected[rank].records[step].loss;
      REQUIRE(std::isfinite(found[rank].records[step].loss));
      largest = std::max(largest, std::abs(found[rank].records[step].loss / loss - 1));
    }
  }
  return largest;
}

// Of twenty steps.
double mean_loss(const Trained& worker, std::size_t first) {
  double sum = 0;
  for (std::size_t step = first; step < first + 20; ++step) sum += worker.records[step].loss;
  return sum / 20;
}

void check_follows_cpu(const Course& course) {
  const auto expected = train_on(cpu_backend, course);
  const auto found = train_on(on_gpu<MatrixPrecision::fp32>, course);
  CHECK(apart(found, expected) < 1e-3);
  // It learned something: there was somewhere to follow.
  CHECK(mean_loss(expected[0], 80) < 0.95 * mean_loss(expected[0], 0));
  const auto again = train_on(on_gpu<MatrixPrecision::fp32>, course);
  for (std::size_t rank = 0; rank < found.size(); ++rank) {
    CHECK(again[rank].state == found[rank].state);
  }
}

// By the precision of matrix products.
void check_precisions(Course course) {
  course.run.steps = 10;
  const auto fp32 = train_on(on_gpu<MatrixPrecision::fp32>, course);
  const auto tf32 = train_on(on_gpu<MatrixPrecision::tf32>, course);
  const auto bf16 = train_on(on_gpu<MatrixPrecision::bf16>, course);
  CHECK(apart(tf32, fp32) < 1e-2);
  CHECK(apart(bf16, fp32) < 1e-2);
  CHECK(tf32[0].parameters() != fp32[0].parameters());
  CHECK(bf16[0].parameters() != fp32[0].parameters());
  CHECK(bf16[0].parameters() != tf32[0].parameters());
  // bf16 rounds to eight times coarser numbers.
  CHECK(apart(tf32, fp32) < apart(bf16, fp32));
}

TEST_CASE("small_cnn's losses on a GPU follow the CPU's, and repeat bit for bit") {
  check_follows_cpu(small_cnn());
}

TEST_CASE("A small GPT-Neo's losses on a GPU follow the CPU's, and repeat bit for bit") {
  check_follows_cpu(small_gpt_neo());
}

TEST_CASE("Other precisions of matrix products give other bits and nearly the same losses") {
  check_precisions(small_cnn());
  check_precisions(small_gpt_neo());
}

}  // namespace
}  // namespace palsim::cuda
