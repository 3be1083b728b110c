// How fast samples are had: what a worker asks for while it trains should cost it next to nothing.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "real/data/data_description.hpp"
#include "real/data/sample_order.hpp"
#include "tests/bench/figures.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {
namespace {

constexpr std::int64_t batch_samples = 64;
constexpr std::int64_t batches = 50;

// The best of some turns, in shuffled order.
void print_rate(const std::string& name, const DataDescription& description) {
  const auto data = make_data_set(description, Split::train);
  SampleOrder order(1, data->samples(), 0, 1);
  std::vector<std::int64_t> samples(batch_samples);
  Batch batch;
  double best_s = 1e9;
  std::int64_t taken = 0;
  for (int turn = 0; turn < 10; ++turn) {
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < batches; ++i) {
      for (std::int64_t& sample : samples) sample = order.sample_at(taken++);
      data->fetch(samples, batch);
    }
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    best_s = std::min(best_s, spent.count());
  }
  const double samples_per_s = static_cast<double>(batches * batch_samples) / best_s;
  fmt::print("{:58} {:>9.0f} samples/s\n", name, samples_per_s);
}

}  // namespace

void data_figures() {
  fmt::print("\nsamples of a data set, 64 at once\n");
  print_rate("  generated images of 3x32x32", {.kind = DataKind::generated_images});
  print_rate("  generated images of 3x224x224, 1 000 classes",
             {.kind = DataKind::generated_images, .image = {3, 224, 224}, .classes = 1'000});
  DataDescription stories{.kind = DataKind::generated_stories, .vocabulary = 50'257, .tokens = 512};
  print_rate("  generated stories of 512 words", stories);
  stories.spelling = Spelling::bytes;
  print_rate("  generated stories of 512 bytes", stories);
  const TemporaryFolder folder;
  for (int file = 1; file <= 5; ++file) {
    folder.write(fmt::format("data_batch_{}.bin", file), std::string(10'000 * 3'073, '\1'));
  }
  print_rate("  CIFAR-10", {.kind = DataKind::cifar10, .path = folder.path().string()});
  print_rate("  a file's windows of 512 tokens",
             {.kind = DataKind::token_file,
              .path = folder.write("train.bin", std::string(20 << 20, '\1')),
              .vocabulary = 50'257,
              .tokens = 512});
}

}  // namespace palsim
