#include "sim/network/piecewise_line.hpp"

#include <doctest/doctest.h>

#include "tests/support/draws.hpp"

using namespace palsim;

namespace {

double squares_left(const std::vector<Sample>& samples, const PiecewiseLine& line) {
  double squares = 0;
  for (const Sample& sample : samples) {
    const double left = sample.value - value_at(line, sample.at);
    squares += left * left;
  }
  return squares;
}

double between(Draws& random, double low, double high) {
  return low + (high - low) * random() / static_cast<double>(Draws::max());
}

std::vector<Sample> random_samples(Draws& random) {
  std::vector<Sample> samples;
  double at = 0;
  for (std::uint32_t left = 1 + random() % 40; left > 0; --left) {
    at += between(random, 0.1, 3);
    samples.push_back({at, between(random, -1, 1)});
  }
  return samples;
}

}  // namespace

TEST_CASE("a line goes straight between its knots and stays level beyond them") {
  const PiecewiseLine line{{1, 10}, {3, 20}, {4, 0}};
  CHECK(value_at(line, 0) == 10);
  CHECK(value_at(line, 1) == 10);
  CHECK(value_at(line, 1.5) == 12.5);
  CHECK(value_at(line, 3) == 20);
  CHECK(value_at(line, 3.75) == 5);
  CHECK(value_at(line, 9) == 0);
  CHECK(value_at({}, 5) == 0);
  CHECK(value_at({{2, 7}}, 5) == 7);
}

TEST_CASE("samples on a line with a bend are met by knots at its ends and its bend") {
  const PiecewiseLine bent{{0, 1}, {4, 3}, {9, -2}};
  std::vector<Sample> samples;
  for (int i = 0; i <= 9; ++i) {
    samples.push_back({static_cast<double>(i), value_at(bent, i)});
  }
  const std::vector<PiecewiseLine> lines = growing_lines(samples, 3);
  REQUIRE(lines.size() == 3);
  CHECK(squares_left(samples, lines[1]) > 0.1);
  CHECK(squares_left(samples, lines[2]) < 1e-20);  // rounding
  CHECK(lines[2][1].at == 4);
}

TEST_CASE("one knot is the mean") {
  const std::vector<PiecewiseLine> lines = growing_lines({{1, 2}, {2, 4}, {3, 9}}, 1);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0][0].value == doctest::Approx(5));
}

TEST_CASE("no samples have no lines, and one sample one") {
  CHECK(growing_lines({}, 3).empty());
  const std::vector<PiecewiseLine> lines = growing_lines({{5, 7}}, 3);
  REQUIRE(lines.size() == 1);
  CHECK(value_at(lines[0], 1) == 7);
}

TEST_CASE("each further knot leaves no more, and no knot's value can be bettered") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::vector<Sample> samples = random_samples(random);
    double before = squares_left(samples, {});
    for (PiecewiseLine line : growing_lines(samples, 8)) {
      const double squares = squares_left(samples, line);
      CHECK(squares <= before + 1e-12);
      before = squares;
      Knot& knot = line[random() % line.size()];
      knot.value += between(random, 1e-3, 1e-2) * (random() % 2 == 0 ? 1 : -1);
      CHECK(squares_left(samples, line) > squares);
    }
  }
}
