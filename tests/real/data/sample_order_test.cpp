#include "real/data/sample_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/support/complaint.hpp"

namespace palsim {
namespace {

std::vector<std::int64_t> taken(SampleOrder& order, std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> samples;
  for (std::int64_t n = first; n < first + count; ++n) samples.push_back(order.sample_at(n));
  return samples;
}

}  // namespace

TEST_CASE("in every epoch the workers take all samples once, but for the remainder") {
  for (const std::int64_t workers : {1, 2, 3, 7}) {
    for (const std::int64_t samples : {7, 8, 20, 100}) {
      CAPTURE(workers);
      CAPTURE(samples);
      const std::int64_t own = samples / workers;
      for (const std::int64_t epoch : {0, 1, 5}) {
        std::vector<std::int64_t> all;
        for (std::int64_t rank = 0; rank < workers; ++rank) {
          SampleOrder order(3, samples, rank, workers);
          REQUIRE(order.samples_per_epoch() == own);
          for (const std::int64_t sample : taken(order, epoch * own, own)) all.push_back(sample);
        }
        std::sort(all.begin(), all.end());
        std::vector<std::int64_t> expected(static_cast<std::size_t>(own * workers));
        std::iota(expected.begin(), expected.end(), 0);
        CHECK(all == expected);
      }
    }
  }
}

TEST_CASE("a worker keeps its shard over the epochs") {
  SampleOrder order(3, 40, 1, 4);
  for (std::int64_t n = 0; n < 50; ++n) CHECK(order.sample_at(n) % 4 == 1);
}

TEST_CASE("epochs, workers and seeds each have an order of their own") {
  const auto places = [](Seed seed, std::int64_t rank, std::int64_t epoch) {
    SampleOrder order(seed, 400, rank, 4);
    std::vector<std::int64_t> samples = taken(order, 100 * epoch, 100);
    for (std::int64_t& sample : samples) sample /= 4;
    return samples;
  };
  const auto reference = places(1, 0, 0);
  CHECK_FALSE(std::is_sorted(reference.begin(), reference.end()));
  CHECK(reference != places(1, 0, 1));
  CHECK(reference != places(1, 1, 0));
  CHECK(reference != places(2, 0, 0));
  // Epoch 1 of worker 0 is not epoch 0 of worker 1 either.
  CHECK(places(1, 0, 1) != places(1, 1, 0));
}

TEST_CASE("an order asked for in any sequence is the same") {
  SampleOrder forward(9, 25, 0, 2);
  const auto samples = taken(forward, 0, 100);
  SampleOrder resumed(9, 25, 0, 2);
  for (const std::int64_t n : {99, 50, 51, 0, 12, 11, 73}) {
    CHECK(resumed.sample_at(n) == samples[static_cast<std::size_t>(n)]);
  }
}

TEST_CASE("every sample is as likely at every place") {
  // 4000 shuffles of 4: a place's count has deviation sqrt(4000 * 3 / 16) = 27.
  std::vector<int> counts(16);
  SampleOrder order(5, 4, 0, 1);
  for (std::int64_t n = 0; n < 16'000; ++n) {
    ++counts[static_cast<std::size_t>(4 * (n % 4) + order.sample_at(n))];
  }
  for (const int count : counts) {
    CHECK(count > 1'000 - 135);
    CHECK(count < 1'000 + 135);
  }
}

TEST_CASE("an order is the same on every machine") {
  SampleOrder order(2023, 20, 1, 2);
  CHECK(taken(order, 0, 12) == std::vector<std::int64_t>{17, 3, 1, 11, 15, 19, 13, 5, 7, 9, 1, 5});
}

TEST_CASE("fewer samples than workers are refused") {
  CHECK(complaint_of([] { SampleOrder(1, 3, 0, 4); }) ==
        "3 samples for 4 workers, write at least as many samples as workers");
}

}  // namespace palsim
