#include "topologies/exact_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "sim/core/error.hpp"
#include "sim/core/unit.hpp"
#include "tests/support/draws.hpp"

using namespace palsim;

TEST_CASE("a quantity is written as people write it") {
  CHECK(exact_text(BytesPerSecond(24e9)) == "24GB/s");
  CHECK(exact_text(BytesPerSecond(20.6e9)) == "20.6GB/s");
  CHECK(exact_text(BytesPerSecond(2039e9)) == "2039GB/s");
  CHECK(exact_text(BytesPerSecond(0.25)) == "0.25B/s");
  CHECK(exact_bit_text(BytesPerSecond(12.5e9)) == "100Gbit/s");
  CHECK(exact_bit_text(parse_quantity<BytesPerSecond>("9.53Gbit/s")) == "9.53Gbit/s");
  CHECK(exact_text(FlopsPerSecond(91.6e12)) == "91.6TFLOP/s");
  CHECK(exact_text(Bytes(16'400'000'000)) == "16.4GB");
  CHECK(exact_text(Bytes(std::int64_t{80} << 30)) == "80GiB");
  CHECK(exact_text(Bytes(1000)) == "1kB");
  CHECK(exact_text(Bytes(1001)) == "1001B");
  CHECK(exact_text(Duration::nanoseconds(600)) == "600ns");
  CHECK(exact_text(Duration::nanoseconds(1500)) == "1.5us");
  CHECK(exact_text(Duration::nanoseconds(350'000'000)) == "350ms");
  CHECK(exact_text(Duration()) == "0ns");
}

TEST_CASE("a quantity's text is read back as the same quantity") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const double figure = std::ldexp(1.0 + random() / 4294967296.0 + random() * 1e-17,
                                     static_cast<int>(random() % 60));
    const BytesPerSecond rate(figure);
    CHECK(parse_quantity<BytesPerSecond>(exact_text(rate)) == rate);
    CHECK(parse_quantity<BytesPerSecond>(exact_bit_text(rate)) == rate);
    CHECK(parse_quantity<FlopsPerSecond>(exact_text(FlopsPerSecond(figure))) ==
          FlopsPerSecond(figure));
    const auto whole = static_cast<std::int64_t>(std::fmod(figure, 9e15));
    CHECK(parse_quantity<Bytes>(exact_text(Bytes(whole))) == Bytes(whole));
    CHECK(parse_quantity<Duration>(exact_text(Duration::nanoseconds(whole))) ==
          Duration::nanoseconds(whole));
  }
}

TEST_CASE("what no text means is a fault of palsim's own") {
  CHECK_THROWS_AS(exact_text(Bytes((std::int64_t{1} << 53) + 1)), InternalError);
  CHECK_THROWS_AS(exact_text(BytesPerSecond(std::numeric_limits<double>::infinity())),
                  InternalError);
}
