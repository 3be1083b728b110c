#include "real/data/token_file.hpp"

#include <algorithm>
#include <utility>

#include "real/data/mapped_file.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

class TokenFile final : public DataSet {
 public:
  TokenFile(MappedFile file, std::int64_t tokens, std::int64_t vocabulary)
      : file_(std::move(file)), vocabulary_(vocabulary), shape_{tokens} {
    require<InputError>(file_.size() % 2 == 0,
                        "{}: {} bytes, but tokens have two each; write the file again",
                        file_.path(), file_.size());
    const std::int64_t held = file_.size() / 2;
    samples_ = std::max<std::int64_t>(0, held - 1) / tokens;
    require<InputError>(samples_ > 0,
                        "{}: {} tokens, a sample of {} and its last target need {}; write a "
                        "smaller number of tokens or a longer file",
                        file_.path(), held, tokens, tokens + 1);
    check_tokens(held);
  }

  std::int64_t samples() const override { return samples_; }
  const Shape& sample_shape() const override { return shape_; }
  std::int64_t classes() const override { return vocabulary_; }

  void fetch(std::span<const std::int64_t> samples, Batch& batch) const override {
    const std::int64_t tokens = shape_.front();
    batch.samples = std::ssize(samples);
    batch.images.clear();
    batch.tokens.resize(samples.size() * static_cast<std::size_t>(tokens));
    batch.targets.resize(batch.tokens.size());
    std::size_t to = 0;
    for (const std::int64_t sample : samples) {
      for (std::int64_t i = sample * tokens; i < (sample + 1) * tokens; ++i, ++to) {
        batch.tokens[to] = token(i);
        batch.targets[to] = token(i + 1);
      }
    }
  }

 private:
  std::int32_t token(std::int64_t i) const {
    const std::uint8_t* const bytes = file_.bytes() + 2 * i;
    return bytes[0] | bytes[1] << 8;
  }

  // All of them at once: an hour into a run is too late.
  void check_tokens(std::int64_t held) const {
    std::int32_t largest = 0;
    for (std::int64_t i = 0; i < held; ++i) largest = std::max(largest, token(i));
    if (largest < vocabulary_) return;
    std::int64_t at = 0;
    while (token(at) < vocabulary_) ++at;
    throw InputError(
        fmt::format("{}: token {} at position {} is beyond the vocabulary of {}; write the "
                    "vocabulary that the file was made with, or another file",
                    file_.path(), token(at), at, vocabulary_));
  }

  MappedFile file_;
  std::int64_t samples_ = 0;
  std::int64_t vocabulary_;
  Shape shape_;
};

}  // namespace

std::unique_ptr<DataSet> read_token_file(const std::string& path, std::int64_t tokens,
                                         std::int64_t vocabulary) {
  return std::make_unique<TokenFile>(
      MappedFile(path, "write as path a file of 16-bit tokens, like nanoGPT's train.bin"), tokens,
      vocabulary);
}

}  // namespace palsim
