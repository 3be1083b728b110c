#include "sim/core/statistics.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace palsim;

TEST_CASE("the median of an even number of values is the mean of the middle two") {
  CHECK(median({3}) == 3);
  CHECK(median({9, 1, 5}) == 5);
  CHECK(median({8, 1, 2, 4}) == 3);
}

TEST_CASE("variation is the standard deviation of all values over their mean") {
  CHECK(mean({1, 2, 6}) == 3);
  CHECK(variation({5, 5, 5}) == 0);
  CHECK(variation({1, 3}) == doctest::Approx(0.5));
  CHECK(variation({10, 30}) == doctest::Approx(0.5));
}

TEST_CASE("errors of either sign count alike") {
  const auto [mean, worst] = absolute_errors({0.1, -0.5, 0.3});
  CHECK(mean == doctest::Approx(0.3));
  CHECK(worst == 0.5);
}

TEST_CASE("nothing has no statistics") {
  CHECK_THROWS(median({}));
  CHECK_THROWS(mean({}));
  CHECK_THROWS(variation({}));
  CHECK_THROWS(absolute_errors({}));
}

TEST_CASE("percentiles lie between sorted values, and reach what is never reached") {
  CHECK(percentiles_of({3, 1, 2}).p50 == 2);
  CHECK(percentiles_of({1, 2}).p50 == 1.5);
  CHECK(percentiles_of({0, 100}).p5 == doctest::Approx(5));
  CHECK(percentiles_of({7}).p95 == 7);
  CHECK(percentiles_of({4, 1, 3, 2}).p95 == doctest::Approx(3.85));
  const double never = std::numeric_limits<double>::infinity();
  const Percentiles mixed = percentiles_of({1, 2, 3, never});
  CHECK(mixed.p50 == 2.5);
  CHECK(mixed.p95 == never);
  CHECK(percentiles_of({1, never, never}).p50 == never);
  CHECK(percentiles_of({1, never}).p50 == never);
  CHECK(std::isnan(percentiles_of({1, 2, std::nan("")}).p5));
}
