// The shared device's clock by hand, and against processor sharing simulated in small steps.
#include "sim/replay/work_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

WorkClock clock_of(std::vector<double> works_ns, std::vector<double> throughput) {
  WorkClock clock;
  share_device(works_ns, {.throughput = std::move(throughput)}, clock);
  return clock;
}

// Ascending.
std::vector<double> random_works(Draws& random) {
  std::vector<double> works;
  for (std::uint32_t k = 1 + random() % 7; k > 0; --k) works.push_back(random() % 4'000);
  std::sort(works.begin(), works.end());
  return works;
}

std::vector<double> random_throughput(Draws& random) {
  std::vector<double> throughput{1};
  for (std::uint32_t more = random() % 4; more > 0; --more) {
    throughput.push_back(throughput.back() * (0.9 + 0.001 * (random() % 1000)));
  }
  return throughput;
}

// When each worker is done, in steps of `step_ns`.
std::vector<double> the_long_way(std::vector<double> left_ns, const DeviceSharing& sharing,
                                 double step_ns) {
  std::vector<double> done_ns(left_ns.size(), 0);
  for (double now_ns = 0;; now_ns += step_ns) {
    const auto busy =
        std::count_if(left_ns.begin(), left_ns.end(), [](double left) { return left > 0; });
    if (busy == 0) return done_ns;
    for (std::size_t worker = 0; worker < left_ns.size(); ++worker) {
      if (left_ns[worker] <= 0) continue;
      left_ns[worker] -= step_ns / sharing.slowdown(busy);
      if (left_ns[worker] <= 0) done_ns[worker] = now_ns + step_ns;
    }
  }
}

}  // namespace

TEST_CASE("on one device work takes as many times longer as workers have so much of it") {
  const WorkClock clock = clock_of({1000, 3000, 3000}, {1});
  CHECK(clock.at(ns(0)) == ns(0));
  CHECK(clock.at(ns(500)) == ns(1500));
  CHECK(clock.at(ns(1000)) == ns(3000));
  CHECK(clock.at(ns(2000)) == ns(5000));
  CHECK(clock.at(ns(3000)) == ns(7000));
  CHECK_THROWS_AS(clock.at(ns(3001)), InternalError);
}

TEST_CASE("contention between two cores holds for two workers and more, not for one") {
  const WorkClock clock = clock_of({1000, 2000, 3000}, {1, 1.6});
  CHECK(clock.at(ns(1000)) == ns(1875));
  CHECK(clock.at(ns(2000)) == ns(1875 + 1250));
  CHECK(clock.at(ns(3000)) == ns(1875 + 1250 + 1000));
}

TEST_CASE("a worker with nothing to do is done at once and hinders nobody") {
  CHECK(clock_of({0, 0, 700}, {1}).at(ns(700)) == ns(700));
  CHECK(clock_of({0, 0}, {1}).at(ns(0)) == ns(0));
}

TEST_CASE("the clock is that of processor sharing in small steps") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::vector<double> works = random_works(random);
    const DeviceSharing sharing{.throughput = random_throughput(random)};
    WorkClock clock;
    share_device(works, sharing, clock);
    constexpr double step_ns = 0.25;
    const std::vector<double> done = the_long_way(works, sharing, step_ns);
    for (std::size_t worker = 0; worker < works.size(); ++worker) {
      // Each change in the number of the busy may come a step late.
      CHECK(std::fabs(clock.time_ns_at(works[worker]) - done[worker]) <=
            2 * step_ns * static_cast<double>(works.size()));
    }
  }
}

TEST_CASE("the work done is the integral of the throughput") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::vector<double> works = random_works(random);
    const DeviceSharing sharing{.throughput = random_throughput(random)};
    WorkClock clock;
    share_device(works, sharing, clock);
    double work_ns = 0;
    double delivered_ns = 0;
    double before_ns = 0;
    auto busy = static_cast<Rank>(works.size());
    for (const double work : works) {
      const double time_ns = clock.time_ns_at(work);
      const auto last = static_cast<Rank>(sharing.throughput.size());
      const auto at = static_cast<std::size_t>(std::min(busy--, last) - 1);
      delivered_ns += (time_ns - before_ns) * sharing.throughput[at];
      work_ns += work;
      before_ns = time_ns;
    }
    CHECK(delivered_ns == doctest::Approx(work_ns).epsilon(1e-12));
  }
}
