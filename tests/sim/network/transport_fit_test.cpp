#include "sim/network/transport_fit.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"

using namespace palsim;

namespace {

MeasuredCollective nvlink_node() {
  return {.setting = {.workers = 8,
                      .nodes = 1,
                      .node_links = NodeLinks::nvlink,
                      .bus_bandwidth = BytesPerSecond(120e9)}};
}

MeasuredCollective pcie_nodes() {
  return {.setting = {.workers = 8,
                      .nodes = 2,
                      .node_links = NodeLinks::pcie,
                      .fabric_latency = Duration::nanoseconds(5000),
                      .bus_bandwidth = BytesPerSecond(12.5e9)}};
}

// `from`, `from` x `factor`, ...
std::vector<Bytes> sizes(std::int64_t from, std::int64_t factor, int count) {
  std::vector<Bytes> all;
  for (std::int64_t size = from; count > 0; size *= factor, --count) all.emplace_back(size);
  return all;
}

Duration time_of(MeasuredCollective measured, const NcclFit& fit, Bytes size) {
  measured.setting.fit = fit;
  return nccl_fastest(measured.setting, measured.collective, measured.algorithm, measured.protocol,
                      size)
      .time;
}

std::vector<Measurement> measure(const MeasuredCollective& measured, const NcclFit& truth,
                                 const std::vector<Bytes>& all_sizes) {
  std::vector<Measurement> measurements;
  for (const Bytes size : all_sizes) {
    measurements.push_back({size, time_of(measured, truth, size)});
  }
  return measurements;
}

double between(Draws& random, double low, double high) {
  return low + (high - low) * random() / static_cast<double>(Draws::max());
}

// Any factor from 1/5 to 5.
double random_factor(Draws& random) { return std::exp(between(random, -1.6, 1.6)); }

NcclFit random_truth(Draws& random) {
  return {.latency_factor = random_factor(random), .bandwidth_factor = random_factor(random)};
}

std::vector<Measurement> with_noise(std::vector<Measurement> measurements, Draws& random,
                                    double most) {
  for (Measurement& measurement : measurements) {
    measurement.time = measurement.time.scaled(1 + between(random, -most, most));
  }
  return measurements;
}

}  // namespace

TEST_CASE("times that are the model's need no fit") {
  for (const MeasuredCollective& measured : {nvlink_node(), pcie_nodes()}) {
    const TransportFit fit = fit_transport(measured, measure(measured, {}, sizes(8, 4, 14)));
    CHECK(fit.fit.latency_factor == 1);
    CHECK(fit.fit.bandwidth_factor == 1);
    CHECK(fit.fit.corrections.empty());
    CHECK(worst_error(fit.error) == 0);
  }
}

TEST_CASE("the factors behind exact times are found, and no correction") {
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const MeasuredCollective measured = seed % 2 == 0 ? nvlink_node() : pcie_nodes();
    const NcclFit truth = random_truth(random);
    const TransportFit fit = fit_transport(measured, measure(measured, truth, sizes(8, 4, 14)));
    // Times are whole nanoseconds, small ones some thousands of them.
    CHECK(fit.fit.latency_factor == doctest::Approx(truth.latency_factor).epsilon(0.002));
    CHECK(fit.fit.bandwidth_factor == doctest::Approx(truth.bandwidth_factor).epsilon(0.002));
    CHECK(fit.fit.corrections.empty());
    CHECK(worst_error(fit.held_out_error) < 0.005);
  }
}

TEST_CASE("the factors behind noisy times are found within the noise") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const MeasuredCollective measured = seed % 2 == 0 ? nvlink_node() : pcie_nodes();
    const NcclFit truth = random_truth(random);
    const TransportFit fit = fit_transport(
        measured, with_noise(measure(measured, truth, sizes(8, 2, 28)), random, 0.05));
    FractionalErrors errors;
    for (const Bytes size : sizes(8, 4, 14)) {
      errors.push_back(time_of(measured, fit.fit, size) / time_of(measured, truth, size) - 1);
    }
    // The noise itself is 0.025 in the mean, at most 0.05.
    CHECK(mean_error(errors) < 0.03);
    CHECK(worst_error(errors) < 0.06);
  }
}

TEST_CASE("one time of ten gone wrong does not bend the factors") {
  const MeasuredCollective measured = pcie_nodes();
  const NcclFit truth{.latency_factor = 1.4, .bandwidth_factor = 0.8};
  std::vector<Measurement> measurements = measure(measured, truth, sizes(8, 8, 10));
  measurements[6].time = measurements[6].time * 3;
  const TransportFit fit = fit_transport(measured, measurements);
  CHECK(worst_error(fit.two_factor_error) < 0.7);
  FractionalErrors others = fit.two_factor_error;
  others.erase(others.begin() + 6);
  CHECK(mean_error(others) < 0.02);
}

TEST_CASE("where two factors do not do, corrections follow the measurements") {
  const MeasuredCollective measured = nvlink_node();
  NcclFit truth{.latency_factor = 2, .bandwidth_factor = 0.9};
  truth.corrections = {{Bytes(1 << 16), 1}, {Bytes(1 << 20), 1.8}, {Bytes(1 << 24), 1}};
  const TransportFit fit = fit_transport(measured, measure(measured, truth, sizes(8, 2, 28)));
  CHECK(mean_error(fit.two_factor_error) > 0.05);
  CHECK(mean_error(fit.error) < 0.01);
  CHECK(mean_error(fit.held_out_error) < 0.02);
  CHECK(fit.fit.corrections.size() >= 3);
  CHECK(fit.fit.corrections.size() <= 8);
}

TEST_CASE("beyond the measured sizes the correction stays") {
  const MeasuredCollective measured = nvlink_node();
  NcclFit truth;
  truth.corrections = {{Bytes(1 << 12), 2}, {Bytes(1 << 20), 1.2}};
  const TransportFit fit = fit_transport(measured, measure(measured, truth, sizes(1 << 12, 2, 9)));
  for (const std::int64_t size : {8LL, 1LL << 30, 1LL << 40}) {
    const double factor =
        time_of(measured, fit.fit, Bytes(size)) / time_of(measured, truth, Bytes(size));
    CHECK(factor == doctest::Approx(1).epsilon(0.01));
  }
}

TEST_CASE(
    "any fit is positive, reproduces what it reports, and cross-validates no worse than the "
    "model alone") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    MeasuredCollective measured = seed % 2 == 0 ? nvlink_node() : pcie_nodes();
    measured.collective = static_cast<Collective>(random() % 4);
    const std::vector<Measurement> measurements = with_noise(
        measure(measured, random_truth(random),
                sizes(1 + random() % 1000, 2 + random() % 7, 3 + static_cast<int>(random() % 12))),
        random, between(random, 0, 0.9));
    const TransportFit fit = fit_transport(measured, measurements);
    CHECK(fit.fit.latency_factor > 0);
    CHECK(fit.fit.bandwidth_factor > 0);
    Bytes before;
    for (const Correction& correction : fit.fit.corrections) {
      CHECK(correction.factor > 0);
      CHECK(correction.size > before);
      before = correction.size;
    }
    CHECK(mean_error(fit.held_out_error) <= mean_error(fit.prior_error) + 1e-4);  // of rounded ns
    REQUIRE(fit.fitted.size() == measurements.size());
    for (std::size_t i = 0; i < measurements.size(); ++i) {
      CHECK(fit.fitted[i] == time_of(measured, fit.fit, measurements[i].size));
      CHECK(fit.error[i] == fit.fitted[i] / measurements[i].time - 1);
    }
  }
}

TEST_CASE("a held-out error is that of a fit without the size, where the form needs no choice") {
  const MeasuredCollective measured = pcie_nodes();
  const NcclFit truth{.latency_factor = 1.4, .bandwidth_factor = 0.8};
  Draws random(1);
  std::vector<Measurement> measurements =
      with_noise(measure(measured, truth, sizes(8, 4, 14)), random, 0.02);
  const TransportFit fit = fit_transport(measured, measurements);
  REQUIRE(fit.fit.corrections.empty());
  const Measurement left_out = measurements[5];
  measurements.erase(measurements.begin() + 5);
  const TransportFit others = fit_transport(measured, measurements);
  REQUIRE(others.fit.corrections.empty());
  const double error = time_of(measured, others.fit, left_out.size) / left_out.time - 1;
  CHECK(fit.held_out_error[5] == doctest::Approx(error).epsilon(1e-3));
}

TEST_CASE("two sizes are enough, and hundreds take parts") {
  const MeasuredCollective measured = nvlink_node();
  const NcclFit truth{.latency_factor = 3, .bandwidth_factor = 0.7};
  const TransportFit two =
      fit_transport(measured, measure(measured, truth, {Bytes(8), Bytes(1 << 30)}));
  CHECK(worst_error(two.two_factor_error) < 0.001);
  std::vector<Bytes> many;
  for (int i = 1; i <= 300; ++i) many.emplace_back(i * 1'000'000);
  const TransportFit all = fit_transport(measured, measure(measured, truth, many));
  CHECK(worst_error(all.held_out_error) < 0.005);
}

TEST_CASE("no fit to one size, to sizes out of order or to no time") {
  const auto fit = [](const std::vector<Measurement>& measurements) {
    fit_transport(nvlink_node(), measurements);
  };
  const Duration time = Duration::nanoseconds(1000);
  CHECK_THROWS_AS(fit({{Bytes(8), time}}), InternalError);
  CHECK_THROWS_AS(fit({{Bytes(8), time}, {Bytes(8), time}}), InternalError);
  CHECK_THROWS_AS(fit({{Bytes(0), time}, {Bytes(8), time}}), InternalError);
  CHECK_THROWS_AS(fit({{Bytes(8), time}, {Bytes(9), Duration()}}), InternalError);
}

TEST_CASE("the figures of a fit have six digits, so that a file can state them") {
  std::size_t corrections = 0;
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const MeasuredCollective measured = seed % 2 == 0 ? nvlink_node() : pcie_nodes();
    NcclFit truth = random_truth(random);
    truth.corrections = {{Bytes(1 << 12), random_factor(random)},
                         {Bytes(1 << 20), random_factor(random)}};
    const NcclFit fit = fit_transport(measured, measure(measured, truth, sizes(8, 4, 14))).fit;
    corrections += fit.corrections.size();
    std::vector<double> figures{fit.latency_factor, fit.bandwidth_factor};
    for (const Correction& correction : fit.corrections) figures.push_back(correction.factor);
    for (const double figure : figures) CHECK(std::stod(fmt::format("{:.6g}", figure)) == figure);
  }
  CHECK(corrections > 20);
}

TEST_CASE("sizes too small to tell the bandwidth leave it in the model's proportion to latency") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const MeasuredCollective measured = pcie_nodes();
    const NcclFit truth{.latency_factor = 3, .bandwidth_factor = 1.0 / 3};
    // Hardly a nanosecond of transfer, and one per cent of noise on all the latencies.
    const NcclFit fit =
        fit_transport(measured, with_noise(measure(measured, truth, sizes(8, 2, 2)), random, 0.01))
            .fit;
    CHECK(fit.latency_factor == doctest::Approx(3).epsilon(0.02));
    CHECK(fit.latency_factor * fit.bandwidth_factor == doctest::Approx(1).epsilon(0.1));
  }
}

TEST_CASE("two sizes are met by two factors: they are too few to choose another form by") {
  const MeasuredCollective measured = nvlink_node();
  const std::vector<Measurement> measurements{{Bytes(1024), Duration::nanoseconds(18'000)},
                                              {Bytes(1 << 26), Duration::nanoseconds(2'000'000)}};
  const TransportFit fit = fit_transport(measured, measurements);
  CHECK(fit.fit.corrections.empty());
  CHECK(worst_error(fit.error) < 0.001);
}
