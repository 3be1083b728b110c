#include "real/data/generated_images.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <vector>

namespace palsim {
namespace {

const Shape small_image{3, 16, 16};

Batch fetched(const DataSet& data, std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> samples(static_cast<std::size_t>(count));
  std::iota(samples.begin(), samples.end(), first);
  Batch batch;
  data.fetch(samples, batch);
  return batch;
}

// Of the images of `test`, how many lie nearest to one of `known` of the same class.
double share_recognized(const Batch& known, double scale, const Batch& test) {
  const std::size_t pixels = known.images.size() / known.targets.size();
  const auto factor = static_cast<float>(scale);
  int right = 0;
  for (std::size_t i = 0; i < test.targets.size(); ++i) {
    float best = INFINITY;
    std::int32_t label = -1;
    for (std::size_t j = 0; j < known.targets.size(); ++j) {
      float distance = 0;
      for (std::size_t k = 0; k < pixels; ++k) {
        const float gap = test.images[i * pixels + k] - factor * known.images[j * pixels + k];
        distance += gap * gap;
      }
      if (distance < best) {
        best = distance;
        label = known.targets[j];
      }
    }
    right += label == test.targets[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(test.targets.size());
}

Batch class_means(const Batch& batch, std::size_t classes) {
  const std::size_t pixels = static_cast<std::size_t>(numel(small_image));
  Batch means;
  means.images.resize(classes * pixels);
  means.targets.resize(classes);
  std::iota(means.targets.begin(), means.targets.end(), 0);
  std::vector<float> counts(classes);
  for (std::size_t i = 0; i < batch.targets.size(); ++i) {
    const auto label = static_cast<std::size_t>(batch.targets[i]);
    ++counts[label];
    for (std::size_t k = 0; k < pixels; ++k) {
      means.images[label * pixels + k] += batch.images[i * pixels + k];
    }
  }
  for (std::size_t j = 0; j < means.images.size(); ++j) means.images[j] /= counts[j / pixels];
  return means;
}

}  // namespace

TEST_CASE("who knows the patterns tells nearly all noisy images, class means alone tell fewer") {
  // Pure images stand for the patterns, mirrored, moved and as negatives.
  const double noise = 1;
  const Batch pure = fetched(*generate_images({3, 0, 1'500}, small_image, 10, 0), 0, 1'500);
  const Batch noisy = fetched(*generate_images({3, 0, 2'000}, small_image, 10, noise), 0, 2'000);
  const Batch test =
      fetched(*generate_images({3, std::int64_t{1} << 40, 200}, small_image, 10, noise), 0, 200);
  const double known = share_recognized(pure, 1 / std::sqrt(1 + 2 * noise * noise), test);
  const double linear = share_recognized(class_means(noisy, 10), 1, test);
  CHECK(known > 0.93);
  CHECK(linear > 0.5);
  CHECK(linear < 0.85);
}

TEST_CASE("noise hides the class") {
  const double noise = 30;
  const Batch pure = fetched(*generate_images({3, 0, 500}, small_image, 10, 0), 0, 500);
  const Batch test = fetched(*generate_images({3, 1'000, 200}, small_image, 10, noise), 0, 200);
  CHECK(share_recognized(pure, 1 / std::sqrt(1 + 2 * noise * noise), test) < 0.25);
}

TEST_CASE("an image depends on its number alone, not on the batch or the range") {
  const auto data = generate_images({7, 0, 100}, small_image, 10, 1);
  const auto later = generate_images({7, 40, 60}, small_image, 10, 1);
  const Batch all = fetched(*data, 0, 100);
  const Batch one = fetched(*later, 3, 1);
  CHECK(one.targets[0] == all.targets[43]);
  CHECK(std::equal(one.images.begin(), one.images.end(), all.images.begin() + 43 * 768));
  CHECK(fetched(*data, 0, 100).images == all.images);
}

TEST_CASE("other seeds have other patterns and other images") {
  const Batch one = fetched(*generate_images({1, 0, 300}, small_image, 10, 0), 0, 300);
  const Batch other = fetched(*generate_images({2, 0, 300}, small_image, 10, 0), 0, 300);
  CHECK(one.images != other.images);
  CHECK(one.targets != other.targets);
  CHECK(share_recognized(one, 1, other) < 0.3);
}

TEST_CASE(
    "images have about unit deviation, whatever the noise, and classes are equally frequent") {
  for (const double noise : {0.0, 1.0, 10.0}) {
    CAPTURE(noise);
    const Batch batch = fetched(*generate_images({5, 0, 2'000}, small_image, 10, noise), 0, 2'000);
    double squares = 0;
    for (const float pixel : batch.images) squares += static_cast<double>(pixel * pixel);
    const double deviation = std::sqrt(squares / static_cast<double>(batch.images.size()));
    CHECK(deviation > 0.6);
    CHECK(deviation < 1.1);
    std::vector<int> counts(10);
    for (const std::int32_t label : batch.targets) ++counts[static_cast<std::size_t>(label)];
    for (const int count : counts) CHECK(std::abs(count - 200) < 70);  // 5 deviations
  }
}

TEST_CASE("any shape and number of classes will do") {
  for (const Shape& shape : {Shape{1, 1, 1}, Shape{1, 7, 3}, Shape{2, 1, 40}, Shape{3, 33, 17}}) {
    for (const std::int64_t classes : {2, 1'000}) {
      const auto data = generate_images({1, 0, 50}, shape, classes, 1);
      const Batch batch = fetched(*data, 0, 50);
      CHECK(data->sample_shape() == shape);
      CHECK(data->classes() == classes);
      CHECK(batch.images.size() == static_cast<std::size_t>(50 * numel(shape)));
      CHECK(batch.tokens.empty());
      for (const float pixel : batch.images) CHECK(std::isfinite(pixel));
      for (const std::int32_t label : batch.targets) CHECK((label >= 0 && label < classes));
      CHECK(std::set<std::int32_t>(batch.targets.begin(), batch.targets.end()).size() > 1);
    }
  }
}

TEST_CASE("images are the same on every machine") {
  const Batch batch = fetched(*generate_images({2023, 0, 8}, {3, 32, 32}, 10, 1), 0, 8);
  CHECK(batch.targets == std::vector<std::int32_t>{5, 4, 8, 9, 2, 3, 1, 4});
  CHECK(batch.images[0] == 0.959236145F);
  CHECK(batch.images[5 * 3072 + 1500] == -0.401026189F);
}

}  // namespace palsim
