// What workers on one GPU exchange in training, against the CPU's arithmetic on what they had.
#include <doctest/doctest.h>

#include "real/backend/cpu_backend.hpp"
#include "real/comm/thread_team.hpp"
#include "tests/real/cuda/cuda_runs.hpp"
#include "tests/real/training/resumed_run.hpp"

namespace palsim::cuda {
namespace {

constexpr Step round = 4;

// The same steps with and without the synchronization after the last of them.
struct Ends {
  std::vector<Trained> apart;
  std::vector<Trained> together;
};

Ends ends_of(const std::string& method, Rank workers) {
  const auto run = [&](Step interval) {
    return train({.method = method + "\nsync_interval = " + std::to_string(interval),
                  .steps = round,
                  .workers = workers});
  };
  return {run(round + 1), run(round)};
}

// By threads, in the host's memory.
Vector mean_of(std::vector<Vector> vectors, WireType wire) {
  run_on_threads(std::ssize(vectors), [&](Group& group) {
    group.all_reduce_mean(vectors[static_cast<std::size_t>(group.rank())], wire);
  });
  return vectors.front();
}

TEST_CASE("The mean of models on a GPU has the bits of the CPU's") {
  for (const Rank workers : {2, 3, 4}) {
    for (const WireType wire : {WireType::fp32, WireType::bf16}) {
      CAPTURE(workers);
      const Ends ends = ends_of(
          wire == WireType::bf16 ? "name = 'local_sgd'\nsync_dtype = 'bf16'" : "name = 'local_sgd'",
          workers);
      std::vector<Vector> models;
      for (const Trained& worker : ends.apart) models.push_back(worker.parameters());
      const Vector mean = mean_of(models, wire);
      for (const Trained& worker : ends.together) CHECK(worker.parameters() == mean);
    }
  }
}

TEST_CASE("DiLoCo's outer step on a GPU has the bits of the CPU's") {
  const Ends ends = ends_of("name = 'diloco'\nouter_learning_rate = 0.6\nouter_momentum = 0.8", 4);
  const auto cpu = cpu_device<float>();
  const auto count = std::ssize(ends.apart[0].parameters());
  // Parameters, buffers, the optimizer's momentum, the global model, the outer momentum.
  REQUIRE(ends.apart[0].state.size() == 5);
  Vector global = ends.apart[0].state[3];
  Vector momentum = ends.apart[0].state[4];
  std::vector<Vector> deltas;
  for (const Trained& worker : ends.apart) {
    CHECK(worker.state[3] == global);
    Vector& delta = deltas.emplace_back(global.size());
    cpu->outer_gradient(count, global.data(), worker.parameters().data(), delta.data());
  }
  const Vector mean = mean_of(deltas, WireType::fp32);
  Vector x(global.size());
  cpu->outer_nesterov(count, {0.6, 0.8}, mean.data(), momentum.data(), global.data(), x.data());
  for (const Trained& worker : ends.together) {
    CHECK(worker.parameters() == x);
    CHECK(worker.state[3] == global);
    CHECK(worker.state[4] == momentum);
  }
}

// A checkpoint says nothing of the backend unless the run's identity does; what a command writes
// there is its own affair.
TEST_CASE("A CPU's checkpoint goes on on a GPU, and a GPU's on a CPU, near to either's own end") {
  ShortRun on_cpu{
      .method = "name = 'slowmo'\nsync_interval = 2", .steps = 20, .backend = cpu_backend};
  ShortRun on_cuda = on_cpu;
  on_cuda.backend = on_gpu<MatrixPrecision::fp32>;
  const auto expected = train(on_cpu);
  for (const auto& [first, second] : {std::pair{&on_cpu, &on_cuda}, std::pair{&on_cuda, &on_cpu}}) {
    const TemporaryFolder folder;
    const Attempt begun = attempt(*first, folder.path(), 3);
    CHECK(begun.outcome.steps == 8);
    CHECK(attempt(*second, folder.path()).outcome.steps == 20);
    for (const Rank rank : {0, 1}) {
      const Trained& end = expected[static_cast<std::size_t>(rank)];
      const Trained found = checkpointed(*second, folder.path(), rank, end);
      CHECK(distance(found.parameters(), end.parameters()) < 1e-5);
      CHECK(found.parameters() != end.parameters());
    }
  }
}

}  // namespace
}  // namespace palsim::cuda
