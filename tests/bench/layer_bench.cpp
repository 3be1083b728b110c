// How close a core comes to Eigen's plain matrix product: linear layers, forward and backward, and
// whole models' gradients, which do much besides.
#include <fmt/format.h>

#include <Eigen/Core>
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

#include "models/loader.hpp"
#include "real/cpu/cpu_device.hpp"
#include "real/data/data_description.hpp"
#include "real/replica/replica.hpp"
#include "tests/bench/figures.hpp"

namespace palsim {
namespace {

// The least of some runs.
double best_seconds(int runs, const std::function<void()>& work) {
  double best_s = 1e9;
  for (int run = 0; run < runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    best_s = std::min(best_s, taken.count());
  }
  return best_s;
}

double plain_rate() {
  constexpr Eigen::Index size = 1024;
  const Eigen::MatrixXf a = Eigen::MatrixXf::Random(size, size);
  const Eigen::MatrixXf b = Eigen::MatrixXf::Random(size, size);
  Eigen::MatrixXf c(size, size);
  const double seconds = best_seconds(20, [&] { c.noalias() = a * b; });
  return 2.0 * size * size * size / seconds;
}

void print_share(const std::string& name, double flops, double seconds, double plain,
                 const char* bar) {
  fmt::print("{:58} {:>9.2f} ms {:>6.1f} GFLOP/s {:>4.0f} %   {}\n", name, 1e3 * seconds,
             1e-9 * flops / seconds, 100 * flops / seconds / plain, bar);
}

void print_linear(const std::string& name, const LinearShape& shape, double plain) {
  const auto device = cpu_device<float>();
  const auto numbers = [](std::int64_t count) {
    return std::vector<float>(static_cast<std::size_t>(count), 0.5F);
  };
  std::vector<float> x = numbers(shape.rows * shape.in_features);
  std::vector<float> weight = numbers(shape.in_features * shape.out_features);
  std::vector<float> bias = numbers(shape.out_features);
  std::vector<float> y = numbers(shape.rows * shape.out_features);
  std::vector<float> dx = x;
  std::vector<float> dweight = weight;
  std::vector<float> dbias = bias;
  const double seconds = best_seconds(50, [&] {
    device->linear_forward(shape, x.data(), weight.data(), bias.data(), y.data());
    device->linear_backward(shape, x.data(), weight.data(), y.data(), dx.data(), dweight.data(),
                            dbias.data());
  });
  const double flops = 3 * 2.0 * static_cast<double>(shape.rows * shape.in_features) *
                       static_cast<double>(shape.out_features);
  print_share(name, flops, seconds, plain, "80 %");
}

// Forward and backward of one batch; FLOPs of the matrix products as the cost model counts them.
void print_model(const std::string& name, DataDescription data, std::int64_t samples,
                 double plain) {
  const ModelGraph graph = unroll_graph(read_model_spec(
      load_document(std::string(PALSIM_SOURCE_HOME) + "/models/" + name + ".toml")));
  const auto device = cpu_device<float>();
  Replica<float> replica(graph, samples, *device, 1);
  data.samples = samples;
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < samples; ++i) all.push_back(i);
  Batch batch;
  make_data_set(data, Split::train)->fetch(all, batch);
  const double seconds = best_seconds(10, [&] { replica.accumulate_gradient(batch, 1e-3, {}); });
  const double flops = 3 * graph.model.forward_flops().count() * static_cast<double>(samples);
  print_share(fmt::format("{}, batch {}, gradient", name, samples), flops, seconds, plain, "");
}

}  // namespace

void layer_figures() {
  const double plain = plain_rate();
  fmt::print(
      "\nlayers on one core, and the share of a plain 1024 x 1024 product's {:.0f} GFLOP/s\n",
      1e-9 * plain);
  print_linear("linear, 64 x 3072 -> 512", {64, 3072, 512}, plain);
  print_linear("linear, 64 x 512 -> 512", {64, 512, 512}, plain);
  print_linear("linear, 1200 x 128 -> 512", {1200, 128, 512}, plain);
  print_linear("linear, 1024 x 1024 -> 1024", {1024, 1024, 1024}, plain);
  print_model("mlp", {}, 64, plain);
  print_model("small_cnn", {}, 32, plain);
  print_model("gptneo_8m",
              {.kind = DataKind::generated_stories, .vocabulary = 50'257, .tokens = 300}, 1, plain);
}

}  // namespace palsim
