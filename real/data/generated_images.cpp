#include "real/data/generated_images.hpp"

#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace palsim {
namespace {

// A pattern has random values at 5 x 5 points and is linear between them.
constexpr std::int64_t cells = 4;
constexpr std::int64_t points = cells + 1;
using Pattern = std::array<float, points * points>;

// Streams of classes lie where no sample's does.
constexpr std::uint64_t first_class_stream = std::uint64_t{1} << 63;

// Nearly normal, of mean 0 and deviation 1: four uniform numbers' sum has deviation 1 / sqrt(3).
float bell(RandomStream& random) {
  double sum = random.uniform();
  for (int more = 0; more < 3; ++more) sum += random.uniform();
  return static_cast<float>((sum - 2) * 1.7320508075688772);
}

std::int64_t below(std::int64_t limit, RandomStream& random) {
  return static_cast<std::int64_t>(random.uniform() * static_cast<double>(limit));
}

// Nearly normal, of mean 0 and deviation 1, for pixel `i` under `key`: the sum of the four bytes of
// an integer hash (Wellons' lowbias32), which a compiler turns into vectors.
float grain(std::uint32_t key, std::uint32_t i) {
  std::uint32_t x = key + i * 0x9e3779b9U;
  x = (x ^ (x >> 16)) * 0x7feb352dU;
  x = (x ^ (x >> 15)) * 0x846ca68bU;
  x ^= x >> 16;
  const std::uint32_t sum = (x & 255) + (x >> 8 & 255) + (x >> 16 & 255) + (x >> 24);
  return (static_cast<float>(static_cast<std::int32_t>(sum)) - 510.F) * (1 / 147.8F);
}

// Where in a pattern the pixels of an extent lie, those that only a moved image shows included.
struct Axis {
  explicit Axis(std::int64_t length) : extent(length), room(length / 8) {
    for (std::int64_t i = 0; i < extent + room; ++i) {
      // The divisor exceeds the last i: no pixel lies at the last point.
      const double at = static_cast<double>(i * cells) / static_cast<double>(extent + room);
      cell.push_back(static_cast<std::int32_t>(at));
      fraction.push_back(static_cast<float>(at - std::floor(at)));
    }
  }

  std::int64_t extent;
  std::int64_t room;  // how far an image may be moved
  std::vector<std::int32_t> cell;
  std::vector<float> fraction;
};

class GeneratedImages final : public DataSet {
 public:
  GeneratedImages(const GeneratedRange& range, const Shape& image, std::int64_t classes,
                  double noise)
      : range_(range),
        shape_(image),
        classes_(classes),
        noise_(static_cast<float>(noise)),
        scale_(static_cast<float>(1 / std::sqrt(1 + 2 * noise * noise))),
        vertical_(image[1]),
        horizontal_(image[2]) {
    for (std::int64_t label = 0; label < classes; ++label) {
      RandomStream random(range.seed, Purpose::samples,
                          first_class_stream + static_cast<std::uint64_t>(label));
      for (std::int64_t channel = 0; channel < image[0]; ++channel) {
        for (float& value : patterns_.emplace_back()) value = bell(random);
      }
    }
  }

  std::int64_t samples() const override { return range_.samples; }
  const Shape& sample_shape() const override { return shape_; }
  std::int64_t classes() const override { return classes_; }

  void fetch(std::span<const std::int64_t> samples, Batch& batch) const override {
    const std::size_t pixels = static_cast<std::size_t>(numel(shape_));
    batch.samples = std::ssize(samples);
    batch.images.resize(samples.size() * pixels);
    batch.tokens.clear();
    batch.targets.resize(samples.size());
    std::vector<float> lines(static_cast<std::size_t>(points * horizontal_.extent));
    for (std::size_t i = 0; i < samples.size(); ++i) {
      batch.targets[i] = draw(samples[i], lines, batch.images.data() + i * pixels);
    }
  }

 private:
  // Returns the class. `lines` is room to work in.
  std::int32_t draw(std::int64_t sample, std::span<float> lines, float* image) const {
    RandomStream random(range_.seed, Purpose::samples,
                        static_cast<std::uint64_t>(range_.first + sample));
    const std::int64_t label = below(classes_, random);
    const bool mirrored = random.flip(0.5);
    const float sign = random.flip(0.25) ? -1.F : 1.F;
    const std::int64_t down = below(vertical_.room + 1, random);
    const std::int64_t right = below(horizontal_.room + 1, random);
    const auto key = static_cast<std::uint32_t>(below(std::int64_t{1} << 32, random));
    const std::int64_t channels = shape_[0];
    for (std::int64_t channel = 0; channel < channels; ++channel) {
      const Pattern& pattern = patterns_[static_cast<std::size_t>(label * channels + channel)];
      Pattern shown{};
      for (std::int64_t row = 0; row < points; ++row) {
        for (std::int64_t column = 0; column < points; ++column) {
          const std::int64_t from = mirrored ? points - 1 - column : column;
          shown[row * points + column] =
              scale_ * (sign * pattern[row * points + from] + noise_ * bell(random));
        }
      }
      stretch(shown, right, lines);
      const std::int64_t pixels = vertical_.extent * horizontal_.extent;
      paint(lines, down, key + static_cast<std::uint32_t>(channel * pixels) * 0x9e3779b9U,
            image + channel * pixels);
    }
    return static_cast<std::int32_t>(label);
  }

  // The pattern's rows of points as lines of pixels.
  void stretch(const Pattern& pattern, std::int64_t right, std::span<float> lines) const {
    const std::int64_t width = horizontal_.extent;
    for (std::int64_t row = 0; row < points; ++row) {
      for (std::int64_t x = 0; x < width; ++x) {
        const auto at = static_cast<std::size_t>(x + right);
        const float* const point = pattern.data() + row * points + horizontal_.cell[at];
        lines[row * width + x] = point[0] + horizontal_.fraction[at] * (point[1] - point[0]);
      }
    }
  }

  // A channel of pixels between the lines, and grain over them.
  void paint(std::span<const float> lines, std::int64_t down, std::uint32_t key,
             float* pixels) const {
    const std::int64_t width = horizontal_.extent;
    const float deviation = scale_ * noise_;
    for (std::int64_t y = 0; y < vertical_.extent; ++y) {
      const auto at = static_cast<std::size_t>(y + down);
      const float* const above = lines.data() + vertical_.cell[at] * width;
      const float* const below_it = above + width;
      const float fraction = vertical_.fraction[at];
      float* const line = pixels + y * width;
      const auto first = static_cast<std::uint32_t>(y * width);
#pragma omp simd
      for (std::int64_t x = 0; x < width; ++x) {
        line[x] = above[x] + fraction * (below_it[x] - above[x]) +
                  deviation * grain(key, first + static_cast<std::uint32_t>(x));
      }
    }
  }

  GeneratedRange range_;
  Shape shape_;
  std::int64_t classes_;
  float noise_;
  float scale_;
  Axis vertical_;
  Axis horizontal_;
  std::vector<Pattern> patterns_;  // of each class, its channels
};

}  // namespace

std::unique_ptr<DataSet> generate_images(const GeneratedRange& range, const Shape& image,
                                         std::int64_t classes, double noise) {
  return std::make_unique<GeneratedImages>(range, image, classes, noise);
}

}  // namespace palsim
