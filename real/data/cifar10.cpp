#include "real/data/cifar10.hpp"

#include <array>
#include <filesystem>
#include <utility>
#include <vector>

#include "real/data/mapped_file.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr std::int64_t channel_pixels = 32 * 32;
constexpr std::int64_t image_pixels = 3 * channel_pixels;
constexpr std::int64_t record_bytes = 1 + image_pixels;
constexpr std::array<double, 3> means{0.4914, 0.4822, 0.4465};
constexpr std::array<double, 3> deviations{0.2470, 0.2435, 0.2616};

const char* const advice =
    "write as path the folder of CIFAR-10's binary version (data_batch_1.bin to data_batch_5.bin, "
    "test_batch.bin)";

// What a byte becomes, by channel.
using PixelTable = std::array<std::array<float, 256>, 3>;

PixelTable normalized_pixels() {
  PixelTable table{};
  for (std::size_t channel = 0; channel < 3; ++channel) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const double pixel = static_cast<double>(byte) / 255;
      table[channel][byte] = static_cast<float>((pixel - means[channel]) / deviations[channel]);
    }
  }
  return table;
}

class Cifar10 final : public DataSet {
 public:
  explicit Cifar10(std::vector<MappedFile> files) : files_(std::move(files)) {
    for (const MappedFile& file : files_) add_records(file);
  }

  std::int64_t samples() const override { return static_cast<std::int64_t>(records_.size()); }
  const Shape& sample_shape() const override { return shape_; }
  std::int64_t classes() const override { return 10; }

  void fetch(std::span<const std::int64_t> samples, Batch& batch) const override {
    batch.samples = std::ssize(samples);
    batch.images.resize(samples.size() * image_pixels);
    batch.tokens.clear();
    batch.targets.resize(samples.size());
    float* pixel = batch.images.data();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::uint8_t* byte = records_[static_cast<std::size_t>(samples[i])];
      batch.targets[i] = *byte++;
      for (const auto& table : pixels_) {
        for (std::int64_t j = 0; j < channel_pixels; ++j) *pixel++ = table[*byte++];
      }
    }
  }

 private:
  void add_records(const MappedFile& file) {
    require<InputError>(file.size() > 0 && file.size() % record_bytes == 0,
                        "{}: {} bytes, not whole records of {}; unpack it again", file.path(),
                        file.size(), record_bytes);
    for (std::int64_t at = 0; at < file.size(); at += record_bytes) {
      const int label = file.bytes()[at];
      require<InputError>(label <= 9,
                          "{}: record {} has label {}, CIFAR-10's go from 0 to 9; unpack it again",
                          file.path(), at / record_bytes, label);
      records_.push_back(file.bytes() + at);
    }
  }

  std::vector<MappedFile> files_;
  std::vector<const std::uint8_t*> records_;
  PixelTable pixels_ = normalized_pixels();
  Shape shape_{3, 32, 32};
};

}  // namespace

std::unique_ptr<DataSet> read_cifar10(const std::string& folder, Split split) {
  require<InputError>(!folder.empty(), "no path, {}", advice);
  std::error_code none;
  require<InputError>(std::filesystem::is_directory(folder, none), "{}: not a folder, {}", folder,
                      advice);
  std::vector<MappedFile> files;
  const std::filesystem::path root(folder);
  if (split == Split::held_out) {
    files.emplace_back((root / "test_batch.bin").string(), advice);
  } else {
    for (int batch = 1; batch <= 5; ++batch) {
      files.emplace_back((root / fmt::format("data_batch_{}.bin", batch)).string(), advice);
    }
  }
  return std::make_unique<Cifar10>(std::move(files));
}

}  // namespace palsim
