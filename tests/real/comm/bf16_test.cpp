#include "real/comm/bf16.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace palsim {
namespace {

TEST_CASE("A float becomes the nearest bf16, the even one of two") {
  constexpr float unit = 0x1p-7F;
  CHECK(rounded_to_bf16(1) == 1);
  CHECK(rounded_to_bf16(1 + 0.49F * unit) == 1);
  CHECK(rounded_to_bf16(1 + 0.51F * unit) == 1 + unit);
  CHECK(rounded_to_bf16(1 + 0.5F * unit) == 1);
  CHECK(rounded_to_bf16(1 + 1.5F * unit) == 1 + 2 * unit);
  CHECK(rounded_to_bf16(-1 - 1.5F * unit) == -1 - 2 * unit);
  CHECK(rounded_to_bf16(3e-45F) == 0);
}

TEST_CASE("What bf16 cannot hold becomes infinite, and no number stays no number") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK(rounded_to_bf16(std::numeric_limits<float>::max()) == infinity);
  CHECK(rounded_to_bf16(-infinity) == -infinity);
  CHECK(std::isnan(rounded_to_bf16(std::bit_cast<float>(0x7fffffffU))));
  CHECK(std::isnan(rounded_to_bf16(std::bit_cast<float>(0xff800001U))));
}

TEST_CASE("Every bf16 that is a number comes back from a float") {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const Bf16 value{static_cast<std::uint16_t>(bits)};
    if (std::isnan(to_float(value))) continue;
    REQUIRE(to_bf16(to_float(value)).bits == value.bits);
  }
}

}  // namespace
}  // namespace palsim
