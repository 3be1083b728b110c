#include "sim/core/elementary.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/core/random.hpp"

using namespace palsim;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// In units of the last place of what is right.
double error_of(double found, long double right) {
  return static_cast<double>(std::fabs(found - right) /
                             std::ldexp(1.0L, std::ilogb(static_cast<double>(right)) - 52));
}

// Over the orders of magnitude.
double argument(RandomStream& stream) {
  return std::ldexp(stream.uniform(), static_cast<int>(2000 * stream.uniform()) - 1000);
}

}  // namespace

TEST_CASE("logarithm and exponential err by less than one unit in the last place") {
  RandomStream stream(1, Purpose::jitter, 0);
  for (int i = 0; i < 200'000; ++i) {
    const double x = i % 2 == 0 ? stream.uniform() : argument(stream);
    CAPTURE(x);
    REQUIRE(error_of(natural_log(x), std::log(static_cast<long double>(x))) < 1);
    const double y = (stream.uniform() - 0.5) * (i % 2 == 0 ? 2 : 1400);
    CAPTURE(y);
    REQUIRE(error_of(natural_exp(y), std::exp(static_cast<long double>(y))) < 1);
  }
}

TEST_CASE("logarithm and exponential have the same bits on any machine") {
  RandomStream stream(2, Purpose::jitter, 0);
  std::uint64_t logs = 0;
  std::uint64_t exps = 0;
  const auto add = [](std::uint64_t& sum, double value) {
    sum = std::rotl(sum, 5) ^ std::bit_cast<std::uint64_t>(value);
  };
  for (int i = 0; i < 100'000; ++i) {
    add(logs, natural_log(stream.uniform()));
    add(exps, natural_exp(40 * (stream.uniform() - 0.5)));
  }
  CHECK(logs == 12259378581994001061U);
  CHECK(exps == 9576360622221203961U);
}

TEST_CASE("logarithm and exponential are exact where they can be, and go to their limits") {
  CHECK(natural_log(1) == 0);
  CHECK(natural_exp(0) == 1);
  CHECK(natural_log(0) == -infinity);
  CHECK(natural_log(infinity) == infinity);
  CHECK(std::isnan(natural_log(-1)));
  CHECK(natural_exp(-infinity) == 0);
  CHECK(natural_exp(infinity) == infinity);
  CHECK(natural_exp(710) == infinity);
  CHECK(natural_exp(-745) == std::numeric_limits<double>::denorm_min());
  CHECK(std::isnan(natural_exp(std::nan(""))));
  CHECK(natural_log(std::numeric_limits<double>::denorm_min()) == doctest::Approx(-744.44007));
}
