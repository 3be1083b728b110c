// What makes workers differ, against exact distributions.
#include "sim/replay/spread.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/poisson.hpp>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

// Nothing but gradient compute: collectives and optimizer take no time.
Prices only_compute() {
  Prices prices;
  prices.gradient_step = ns(1'000'000);
  for (SynchronousStepPrice& step : prices.synchronous) {
    step.compute = ns(1'000'000);
    step.buckets = {{ns(1'000'000), ns(0)}};
  }
  return prices;
}

struct Moments {
  double mean;
  double variance;
};

// Of the maximum of k independent gammas of mean 1: E[M] and E[M^2] are integrals of 1 - F^k.
Moments maximum_of_gammas(double jitter, int k) {
  const double shape = 1 / (jitter * jitter);
  const boost::math::gamma_distribution<double> gamma(shape, 1 / shape);
  const double far = 1 + 12 * jitter;
  constexpr int slices = 100'000;
  const double width = far / slices;
  double mean = 0;
  double square = 0;
  for (int i = 0; i < slices; ++i) {
    const double x = (i + 0.5) * width;
    const double above = 1 - std::pow(boost::math::cdf(gamma, x), k);
    mean += above * width;
    square += 2 * x * above * width;
  }
  return {mean, square - mean * mean};
}

// How many stalls struck all workers together, in each of many seeds.
std::vector<double> stall_counts(const std::string& method, Rank workers, const Prices& prices,
                                 Step steps, Frequency rate, int seeds) {
  const Duration pause = ns(1'000);
  const auto busy_s = [](const RunResult& run) {
    return run.mean.gradient_s + run.mean.other_compute_s;
  };
  const double quiet_s = busy_s(run_of(method, steps, workers, {}, prices));
  std::vector<double> counts;
  for (int seed = 0; seed < seeds; ++seed) {
    const RunResult run =
        run_of(method, steps, workers, {.stalls = {rate, pause}}, prices, static_cast<Seed>(seed));
    counts.push_back(
        std::round((busy_s(run) - quiet_s) / pause.in_seconds() * static_cast<double>(workers)));
  }
  return counts;
}

Moments moments_of(const std::vector<double>& values) {
  Moments moments{0, 0};
  const double n = static_cast<double>(values.size());
  for (const double value : values) moments.mean += value / n;
  for (const double value : values) {
    moments.variance += (value - moments.mean) * (value - moments.mean) / (n - 1);
  }
  return moments;
}

void check_poisson(std::vector<double> counts, double mean) {
  const double n = static_cast<double>(counts.size());
  const Moments moments = moments_of(counts);
  CHECK(std::fabs(moments.mean - mean) < 5 * std::sqrt(mean / n));
  // The variance of a Poisson sample's variance is about (m + 2 m^2) / n.
  CHECK(std::fabs(moments.variance - mean) < 5 * std::sqrt((mean + 2 * mean * mean) / n));
  std::sort(counts.begin(), counts.end());
  const boost::math::poisson_distribution<double> poisson(mean);
  for (const double share : {0.05, 0.5, 0.95, 0.99}) {
    CAPTURE(share);
    const double at = counts[static_cast<std::size_t>(share * n)];
    const double slack = 5 * std::sqrt(share * (1 - share) / n);  // of an empirical share
    CHECK(boost::math::cdf(poisson, at) >= share - slack);
    if (at >= 1) CHECK(boost::math::cdf(poisson, at - 1) <= share + slack);
  }
}

}  // namespace

TEST_CASE("with jitter a DDP step lasts as long as the slowest of K gammas") {
  constexpr Step steps = 20'000;
  for (const double jitter : {0.02, 0.1, 0.5}) {
    for (const int k : {1, 2, 8}) {
      CAPTURE(jitter);
      CAPTURE(k);
      const RunResult run = run_of("name = 'ddp'", steps, k, {.jitter = jitter}, only_compute());
      const Moments longest = maximum_of_gammas(jitter, k);
      const double step = run.wall_clock.in_seconds() / 1e-3 / steps;
      CHECK(std::fabs(step - longest.mean) < 5 * std::sqrt(longest.variance / steps) + 1e-5);
    }
  }
}

TEST_CASE(
    "with jitter a worker's local steps take their mean time, with the spread of their number") {
  constexpr int seeds = 3000;
  std::vector<double> walls;
  for (int seed = 0; seed < seeds; ++seed) {
    walls.push_back(run_of("name = 'local_sgd'\nsync_interval = 25", 100, 1, {.jitter = 0.3},
                           only_compute(), static_cast<Seed>(seed))
                        .wall_clock.in_seconds() /
                    1e-3);
  }
  const Moments moments = moments_of(walls);
  const double variance = 100 * 0.3 * 0.3;
  CHECK(std::fabs(moments.mean - 100) < 5 * std::sqrt(variance / seeds));
  CHECK(moments.variance == doctest::Approx(variance).epsilon(5 * std::sqrt(2.0 / seeds)));
}

TEST_CASE("stalls strike each worker as a Poisson process over the time it is busy") {
  constexpr int seeds = 4000;
  const Frequency rate(50);
  Prices prices = only_compute();
  prices.data = ns(500'000);  // busy time, too
  const double busy_s = 40 * (1e-3 + 0.5e-3);
  for (const char* method : {"name = 'ddp'", "name = 'local_sgd'\nsync_interval = 8"}) {
    CAPTURE(method);
    check_poisson(stall_counts(method, 1, prices, 40, rate, seeds), 50 * busy_s);
  }
  prices.mix = ns(1'000'000);  // then a mix is as long as a gradient step
  check_poisson(stall_counts("name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.5", 1, prices,
                             40, rate, seeds),
                50 * busy_s);
}

TEST_CASE("the stalls of different workers have nothing to do with each other") {
  // Of two independent workers the counts add up to a Poisson variable of twice the mean; were
  // their streams the same, the variance would be twice as large.
  check_poisson(stall_counts("name = 'local_sgd'\nsync_interval = 8", 2, only_compute(), 40,
                             Frequency(50), 4000),
                2 * 50 * 40e-3);
}

TEST_CASE("stalls too rare to happen are no fault") {
  const RunResult run = run_of("name = 'ddp'", 100, 8,
                               {.stalls = {Frequency(1e-12 / 3600), ns(1'000)}}, only_compute());
  CHECK(run.wall_clock == ns(100 * 1'000'000));
}

TEST_CASE("a worker that is twice as slow takes twice as long over everything that it does") {
  Prices prices = test_prices();
  prices.data = ns(10'006);
  for (CommunicationPrice& price : prices.all_reduce) price.time = ns(0);
  for (SynchronousStepPrice& step : prices.synchronous) {
    for (BucketPrice& bucket : step.buckets) bucket.all_reduce = ns(0);
  }
  for (const char* method :
       {"name = 'ddp'", "name = 'slowmo'\nsync_interval = 8", "name = 'diloco'\nsync_interval = 8",
        "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.4\nstart_step = 5"}) {
    CAPTURE(method);
    const RunResult plain = run_of(method, 64, 1, {}, prices);
    const RunResult slow = run_of(method, 64, 1, {.slow_workers = {{0, 2.0}}}, prices);
    CHECK(slow.wall_clock == plain.wall_clock * 2);
    CHECK(slow.mean.other_compute_s == doctest::Approx(2 * plain.mean.other_compute_s));
    const double mix_s = plain.mean.mix_steps * prices.mix.in_seconds();
    CHECK(plain.mean.mix_s == doctest::Approx(mix_s));
    CHECK(slow.mean.mix_s == doctest::Approx(2 * mix_s));
  }
}

TEST_CASE("the slowest worker of a DDP step never waits, whatever rounding does") {
  Prices prices = test_prices();
  for (int data = 0; data < 40; ++data) {
    prices.data = ns(data);
    for (const double factor : {1.1, 1.37, 1.5}) {
      const RunResult run = run_of("name = 'ddp'", 3, 2, {.slow_workers = {{1, factor}}}, prices);
      // Only the other one waits, for the difference in compute and optimizer.
      const double difference =
          (prices.synchronous[0].compute.scaled(factor) - prices.synchronous[0].compute)
              .in_seconds();
      CHECK(run.mean.waiting_s >= 3 * difference / 2 - 1e-12);
      CHECK(total_s(run.mean) == doctest::Approx(run.wall_clock.in_seconds()).epsilon(1e-12));
    }
  }
}
