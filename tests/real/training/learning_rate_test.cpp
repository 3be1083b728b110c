#include "real/training/learning_rate.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

namespace palsim {

using doctest::Approx;

TEST_CASE("without warm-up and decay every step has the base rate") {
  const LearningRate rate{.base = 0.1};
  for (const std::int64_t step : {0, 1, 1'000'000}) CHECK(rate.rate_at(step) == 0.1);
}

TEST_CASE("warm-up rises by equal parts, and its last step has the base rate") {
  const LearningRate rate{.base = 8, .warm_up_steps = 4};
  CHECK(rate.rate_at(0) == 2);
  CHECK(rate.rate_at(1) == 4);
  CHECK(rate.rate_at(2) == 6);
  CHECK(rate.rate_at(3) == 8);
  CHECK(rate.rate_at(4) == 8);
  CHECK(rate.rate_at(100) == 8);
}

TEST_CASE("a cosine starts at the base rate after warm-up and ends at the minimum") {
  const LearningRate rate{
      .base = 3, .warm_up_steps = 2, .decay = Decay::cosine, .minimum = 1, .steps = 10};
  CHECK(rate.rate_at(0) == 1.5);
  CHECK(rate.rate_at(2) == 3);
  CHECK(rate.rate_at(4) == Approx(2.7071067811865475));  // 2 + cos(pi / 4)
  CHECK(rate.rate_at(6) == Approx(2));
  CHECK(rate.rate_at(8) == Approx(1.2928932188134525));
  CHECK(rate.rate_at(9) == Approx(1.0761204674887133));
  CHECK(rate.rate_at(10) == 1);
  CHECK(rate.rate_at(1'000) == 1);
}

TEST_CASE("a run that is all warm-up has no cosine") {
  const LearningRate rate{.base = 1, .warm_up_steps = 4, .decay = Decay::cosine, .steps = 4};
  CHECK(rate.rate_at(3) == 1);
  CHECK(rate.rate_at(4) == 0);
}

}  // namespace palsim
