#include "real/measure/local_steps.hpp"

#include <doctest/doctest.h>

namespace palsim {
namespace {

TEST_CASE("Workers at once are as fast as their steps say, in units of one alone") {
  // Two at once take no longer each, four at once twice as long: two cores.
  const std::vector<double> throughput = throughput_of({{.workers = 1, .step_s = 0.01},
                                                        {.workers = 2, .step_s = 0.01},
                                                        {.workers = 4, .step_s = 0.02}});
  REQUIRE(throughput.size() == 4);
  CHECK(throughput[0] == 1);
  CHECK(throughput[1] == doctest::Approx(2));
  CHECK(throughput[2] == doctest::Approx(2));
  CHECK(throughput[3] == doctest::Approx(2));
}

TEST_CASE("Between numbers of workers that were measured their speed is on a line") {
  const std::vector<double> throughput =
      throughput_of({{.workers = 1, .step_s = 1}, {.workers = 4, .step_s = 1.6}});
  REQUIRE(throughput.size() == 4);
  CHECK(throughput[1] == doctest::Approx(1.5));
  CHECK(throughput[2] == doctest::Approx(2));
  CHECK(throughput[3] == doctest::Approx(2.5));
}

TEST_CASE("No worker is faster in company than alone") {
  const std::vector<double> throughput =
      throughput_of({{.workers = 1, .step_s = 1}, {.workers = 2, .step_s = 0.9}});
  CHECK(throughput == std::vector<double>{1, 2});
}

}  // namespace
}  // namespace palsim
