#include "experiments/sweep/grid.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>
#include <set>

#include "tests/support/complaint.hpp"

namespace palsim {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("an axis is a key and its values") {
  const Axis axis = axis_of("cluster.fabric.bandwidth=1Gbit/s,10Gbit/s");
  CHECK(axis.key == "cluster.fabric.bandwidth");
  CHECK(axis.values == Texts{"1Gbit/s", "10Gbit/s"});
  CHECK(axis_of("workers=4..16*2").values == Texts{"4", "8", "16"});
}

TEST_CASE("a label may hold the sign that parts key and values") {
  const Axis axis = axis_of("method.PALSGD p=0.05.sync_interval=16,32");
  CHECK(axis.key == "method.PALSGD p=0.05.sync_interval");
  CHECK(axis.values == Texts{"16", "32"});
}

TEST_CASE("what is no axis is refused") {
  const auto refused = [](const char* text) { return complaint_of([&] { axis_of(text); }); };
  CHECK(refused("foo") == "--over foo: no key and values; write KEY=LIST, such as workers=4,8,16");
  CHECK(refused("=1,2") ==
        "--over =1,2: no key and values; write KEY=LIST, such as workers=4,8,16");
  CHECK(refused("workers=") == "--over workers '': an empty value; write such as 4,8,16");
}

TEST_CASE("the product has every combination once, the last axis fastest") {
  const unsigned seed = 7;
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int run = 0; run < 50; ++run) {
    std::vector<Axis> axes(1 + random() % 4);
    for (std::size_t a = 0; a < axes.size(); ++a) {
      axes[a].key = fmt::format("k{}", a);
      for (std::size_t v = 0; v <= random() % 5; ++v) axes[a].values.push_back(std::to_string(v));
    }
    // Brute force: lists of overrides, one axis after the other.
    std::vector<Texts> expected{{}};
    for (const Axis& axis : axes) {
      std::vector<Texts> longer;
      for (const Texts& cell : expected) {
        for (const std::string& value : axis.values) {
          longer.push_back(cell);
          longer.back().push_back(fmt::format("{}={}", axis.key, value));
        }
      }
      expected = longer;
    }
    const Grid grid(axes, AxisCombination::product);
    REQUIRE(grid.cells() == static_cast<std::int64_t>(expected.size()));
    for (std::int64_t cell = 0; cell < grid.cells(); ++cell) {
      CHECK(grid.overrides(cell) == expected[static_cast<std::size_t>(cell)]);
    }
  }
}

TEST_CASE("zipped axes go side by side") {
  const Grid grid({{"workers", {"4", "8"}}, {"steps", {"100", "50"}}}, AxisCombination::zip);
  REQUIRE(grid.cells() == 2);
  CHECK(grid.overrides(0) == Texts{"workers=4", "steps=100"});
  CHECK(grid.overrides(1) == Texts{"workers=8", "steps=50"});
}

TEST_CASE("axes that make no grid are refused") {
  const auto refused = [](std::vector<Axis> axes, AxisCombination combination) {
    return complaint_of([&] { Grid(std::move(axes), combination); });
  };
  CHECK(refused({}, AxisCombination::product) ==
        "no axis; write --over KEY=LIST, such as workers=4,8,16");
  CHECK(refused({{"a", {"1"}}, {"b", {"1"}}, {"a", {"2"}}}, AxisCombination::product) ==
        "--over a: twice; write all its values in one list");
  CHECK(refused({{"a", {"1", "2", "3"}}, {"b", {"1", "2"}}}, AxisCombination::zip) ==
        "--zip: a has 3 values and b has 2; write as many for each");
}

TEST_CASE("more cells than numbers count are refused, and as many as that are not laid out") {
  const Texts thousand(1000, "1");
  std::vector<Axis> axes;
  for (int a = 0; a < 6; ++a)
    axes.push_back({std::string(1, static_cast<char>('a' + a)), thousand});
  const Grid grid(axes, AxisCombination::product);
  CHECK(grid.cells() == 1'000'000'000'000'000'000);
  CHECK(grid.overrides(grid.cells() - 1) == Texts{"a=1", "b=1", "c=1", "d=1", "e=1", "f=1"});
  axes.push_back({"g", Texts(10, "1")});
  CHECK(complaint_of([&] { Grid(axes, AxisCombination::product); }) ==
        "--over: more than 9223372036854775807 cells; write fewer values");
}

}  // namespace
}  // namespace palsim
