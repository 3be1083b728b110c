#include "real/data/generated_stories.hpp"

#include <algorithm>
#include <utility>

namespace palsim {
namespace {

class GeneratedStories final : public DataSet {
 public:
  GeneratedStories(const GeneratedRange& range, std::int64_t tokens, StoryGrammar grammar)
      : range_(range), shape_{tokens}, grammar_(std::move(grammar)) {}

  std::int64_t samples() const override { return range_.samples; }
  const Shape& sample_shape() const override { return shape_; }
  std::int64_t classes() const override { return grammar_.vocabulary(); }

  void fetch(std::span<const std::int64_t> samples, Batch& batch) const override {
    const std::int64_t tokens = shape_.front();
    batch.samples = std::ssize(samples);
    batch.images.clear();
    batch.tokens.resize(samples.size() * static_cast<std::size_t>(tokens));
    batch.targets.resize(batch.tokens.size());
    std::vector<std::int32_t> window;
    std::int64_t first = 0;
    for (const std::int64_t sample : samples) {
      RandomStream random(range_.seed, Purpose::samples,
                          static_cast<std::uint64_t>(range_.first + sample));
      window.clear();
      while (std::ssize(window) <= tokens) grammar_.append_story(random, window);
      std::copy_n(window.begin(), tokens, batch.tokens.begin() + first);
      std::copy_n(window.begin() + 1, tokens, batch.targets.begin() + first);
      first += tokens;
    }
  }

 private:
  GeneratedRange range_;
  Shape shape_;
  StoryGrammar grammar_;
};

}  // namespace

std::unique_ptr<DataSet> generate_stories(const GeneratedRange& range, std::int64_t tokens,
                                          StoryGrammar grammar) {
  return std::make_unique<GeneratedStories>(range, tokens, std::move(grammar));
}

}  // namespace palsim
