// Whole runs of workers that share a device, against closed forms and runs on devices of one's own.
#include "sim/replay/shared_devices.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <numeric>
#include <vector>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

const char* const all_methods[] = {
    "name = 'ddp'",
    "name = 'ddp'\noverlap = 'none'",
    "name = 'local_sgd'\nsync_interval = 8",
    "name = 'slowmo'\nsync_interval = 8\nstart_step = 11",
    "name = 'diloco'\nsync_interval = 8\nstart_step = 11\nwarm_up = 'blocking'",
    "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3",
    "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3\ncoin = 'shared'",
};

DeviceSharing one_node(std::vector<double> throughput) {
  return {.throughput = std::move(throughput), .workers_per_node = 1000};
}

RunResult shared_run(const std::string& method, Step steps, Rank workers,
                     const DeviceSharing& sharing, const Prices& prices,
                     const Spread& spread = {}) {
  return run_of(method, steps, workers, spread, prices, 1, {}, sharing);
}

Prices without_communication(Prices prices) {
  for (CommunicationPrice& price : prices.all_reduce) price.time = ns(0);
  for (SynchronousStepPrice& step : prices.synchronous) {
    for (BucketPrice& bucket : step.buckets) bucket.all_reduce = ns(0);
  }
  return prices;
}

}  // namespace

TEST_CASE("K equal workers on C equal cores take K / C times as long, with nothing to exchange") {
  const Prices prices = without_communication(test_prices());
  for (const char* method : all_methods) {
    if (std::string(method).ends_with("0.3")) continue;  // their own coins make them unequal
    CAPTURE(method);
    const Duration alone = run_of(method, 64, 1, {}, prices).wall_clock;
    CHECK(shared_run(method, 64, 8, one_node({1, 2}), prices).wall_clock == alone * 4);
    CHECK(shared_run(method, 64, 6, one_node({1}), prices).wall_clock == alone * 6);
    CHECK(shared_run(method, 64, 2, one_node({1, 2}), prices).wall_clock == alone);
    const RunResult contended = shared_run(method, 64, 2, one_node({1, 1.6}), prices);
    // Rounded to the nanosecond at each meeting.
    CHECK(std::abs((contended.wall_clock - alone.scaled(1.25)).count_ns()) <= 64);
    CHECK(contended.mean.waiting_s == 0);
    CHECK(total_s(contended.mean) == doctest::Approx(contended.wall_clock.in_seconds()));
  }
}

TEST_CASE("with a core for every thread a run is that of workers with devices of their own") {
  Prices prices = test_prices();
  prices.data = ns(10'007);
  prices.setup = ns(777'777);
  prices.synchronous[0].broadcast = {ns(40'009), 10};
  const Spread spread{
      .jitter = 0.1, .slow_workers = {{2, 1.2}}, .stalls = {Frequency(20), ns(3'000'000)}};
  constexpr Rank workers = 5;
  std::vector<double> as_many(2 * workers);
  std::iota(as_many.begin(), as_many.end(), 1);
  for (const char* method : all_methods) {
    for (const Rank per_node : {2, 5}) {
      CAPTURE(method);
      CAPTURE(per_node);
      const RunResult own = run_of(method, 203, workers, spread, prices);
      const RunResult shared =
          shared_run(method, 203, workers, {.throughput = as_many, .workers_per_node = per_node},
                     prices, spread);
      CHECK(shared.wall_clock == own.wall_clock);
      CHECK(shared.mean.gradient_s == own.mean.gradient_s);
      CHECK(shared.mean.other_compute_s == own.mean.other_compute_s);
      CHECK(shared.mean.communication_s == own.mean.communication_s);
      CHECK(shared.mean.waiting_s == own.mean.waiting_s);
    }
  }
}

TEST_CASE("on one shared device a round is all its workers' work, however the coins fall") {
  const std::string palsgd = "name = 'palsgd'\nsync_interval = 64\nmix_probability = 0.3";
  constexpr Rank workers = 6;
  const Prices prices = test_prices();
  const RunResult own = run_of(palsgd, 640, workers);
  const RunResult shared = shared_run(palsgd, 640, workers, one_node({1}), prices);
  const double work_s = (own.mean.gradient_s + own.mean.other_compute_s) * workers;
  CHECK(shared.wall_clock.in_seconds() == doctest::Approx(work_s + 10 * 500'009e-9).epsilon(1e-9));
  // On devices of their own all wait for the last; here those who wait leave theirs to the others.
  const double own_loss = own.mean.waiting_s / (own.wall_clock.in_seconds());
  CHECK(own_loss > 0.02);
}

TEST_CASE("on several cores a round's loss is the tail, when fewer work than there are cores") {
  const std::string palsgd = "name = 'palsgd'\nsync_interval = 64\nmix_probability = 0.3";
  constexpr Rank workers = 8;
  const Prices prices = test_prices();
  const RunResult own = run_of(palsgd, 6400, workers);
  const RunResult shared = shared_run(palsgd, 6400, workers, one_node({1, 2}), prices);
  const double work_s = (own.mean.gradient_s + own.mean.other_compute_s) * workers;
  const double wall_s = shared.wall_clock.in_seconds() - 100 * 500'009e-9;
  CHECK(wall_s > work_s / 2);
  CHECK(wall_s < 1.02 * work_s / 2);
  CHECK(own.wall_clock.in_seconds() * workers / 2 > 1.05 * work_s / 2);
}

TEST_CASE("workers share the device of their own node only") {
  const Prices prices = test_prices();
  for (const char* method : all_methods) {
    if (std::string(method).ends_with("0.3")) continue;
    CAPTURE(method);
    const DeviceSharing pairs{.throughput = {1}, .workers_per_node = 2};
    CHECK(shared_run(method, 50, 6, pairs, prices).wall_clock ==
          shared_run(method, 50, 2, pairs, prices).wall_clock);
  }
  // The last node has one worker, which has its device to itself and waits.
  const RunResult odd = shared_run("name = 'local_sgd'\nsync_interval = 10", 10, 3,
                                   {.throughput = {1}, .workers_per_node = 2}, prices);
  CHECK(odd.wall_clock == ns(20 * 1'000'003 + 500'009));
  CHECK(odd.mean.waiting_s == doctest::Approx(10 * 1'000'003e-9 / 3).epsilon(1e-12));
}

TEST_CASE("compute, communication and waiting add up to the wall clock on a shared device, too") {
  const Spread spread{
      .jitter = 0.1, .slow_workers = {{2, 1.2}}, .stalls = {Frequency(20), ns(3'000'000)}};
  Prices prices = test_prices();
  prices.data = ns(10'007);
  for (const auto transfers :
       {DeviceSharing::Transfers::beside_compute, DeviceSharing::Transfers::on_the_device}) {
    for (const char* method : all_methods) {
      CAPTURE(method);
      DeviceSharing sharing = one_node({1, 1.8});
      sharing.transfers = transfers;
      const RunResult run = shared_run(method, 203, 5, sharing, prices, spread);
      CHECK(total_s(run.mean) == doctest::Approx(run.wall_clock.in_seconds()).epsilon(1e-12));
      CHECK(run.mean.waiting_s > 0);
    }
  }
}

TEST_CASE("buckets that travel on the device hold up the backward that they travel under") {
  const Prices prices = test_prices();
  DeviceSharing sharing = one_node({1, 2});
  const Duration beside = shared_run("name = 'ddp'", 100, 2, sharing, prices).wall_clock;
  sharing.transfers = DeviceSharing::Transfers::on_the_device;
  const Duration on_it = shared_run("name = 'ddp'", 100, 2, sharing, prices).wall_clock;
  // All cores are busy: what travels under the backward takes its time from it.
  CHECK(on_it == ns(100 * (900'001 + 300'007 + 200'003 + 50'021 + 100'002)));
  CHECK(beside == ns(100 * (950'031 + 100'002)));
  // With idle cores nothing is held up; and on devices of one's own there is nothing to share.
  sharing.throughput = {1, 2, 3, 4};
  CHECK(shared_run("name = 'ddp'", 100, 2, sharing, prices).wall_clock == beside);
  sharing.throughput.clear();
  CHECK(shared_run("name = 'ddp'", 100, 2, sharing, prices).wall_clock == beside);
}
