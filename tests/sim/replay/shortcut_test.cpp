// Every shortcut against the long way: to the nanosecond where nothing is random, in distribution
// where one draw stands for many.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <numeric>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

using LocalWork = ReplayShortcuts::LocalWork;
using EqualRounds = ReplayShortcuts::EqualRounds;

struct Sample {
  double mean;
  double deviation;
  double p95;
};

Sample sampled(LocalWork local_work, const Spread& spread, const std::string& method, int seeds) {
  std::vector<double> walls;
  for (int seed = 0; seed < seeds; ++seed) {
    walls.push_back(run_of(method, 64, 4, spread, test_prices(), static_cast<Seed>(seed),
                           {.local_work = local_work})
                        .wall_clock.in_seconds());
  }
  std::sort(walls.begin(), walls.end());
  const double n = static_cast<double>(walls.size());
  const double mean = std::accumulate(walls.begin(), walls.end(), 0.0) / n;
  double square = 0;
  for (const double wall : walls) square += (wall - mean) * (wall - mean);
  return {mean, std::sqrt(square / n), walls[static_cast<std::size_t>(0.95 * n)]};
}

void check_same(const RunResult& a, const RunResult& b) {
  CHECK(a.wall_clock == b.wall_clock);
  CHECK(a.meetings.synchronous == b.meetings.synchronous);
  CHECK(a.meetings.all_reduce == b.meetings.all_reduce);
  CHECK(a.mean.gradient_steps == b.mean.gradient_steps);
  CHECK(a.mean.mix_steps == b.mean.mix_steps);
  CHECK(a.mean.synchronizations == b.mean.synchronizations);
  CHECK(a.mean.bytes_sent == doctest::Approx(b.mean.bytes_sent).epsilon(1e-12));
  CHECK(a.mean.gradient_s == b.mean.gradient_s);
  CHECK(a.mean.other_compute_s == b.mean.other_compute_s);
  CHECK(a.mean.communication_s == b.mean.communication_s);
  CHECK(a.mean.waiting_s == b.mean.waiting_s);
}

}  // namespace

TEST_CASE("rounds left out equal rounds replayed, for any method, H, length and slowness") {
  boost::random::mt19937 random(20230);
  const auto draw = [&](int least, int most) {
    return boost::random::uniform_int_distribution<int>(least, most)(random);
  };
  for (int trial = 0; trial < 300; ++trial) {
    CAPTURE(trial);
    const char* names[] = {"ddp", "local_sgd", "slowmo", "diloco", "palsgd"};
    std::string method = fmt::format("name = '{}'", names[draw(0, 4)]);
    if (method != "name = 'ddp'") {
      method += fmt::format("\nsync_interval = {}\nstart_step = {}\nwarm_up = '{}'", draw(1, 12),
                            draw(0, 1) * draw(0, 40), draw(0, 1) ? "ddp" : "blocking");
    }
    if (method.find("palsgd") != std::string::npos) method += "\nmix_probability = 0.0";
    CAPTURE(method);
    Spread spread;
    for (int slow = draw(0, 2); slow > 0; --slow) {
      spread.slow_workers[draw(0, 4)] = 0.5 + 0.01 * draw(0, 200);
    }
    Prices prices = test_prices();
    prices.data = ns(draw(0, 1) * 777);
    prices.setup = ns(draw(0, 1) * 5'000'777);
    if (draw(0, 1)) prices.synchronous[0].broadcast = {ns(40'009), 10};
    const Step steps = draw(1, 150);
    const Rank workers = draw(1, 5);
    spread.slow_workers.erase(spread.slow_workers.lower_bound(workers), spread.slow_workers.end());
    DeviceSharing sharing{.workers_per_node = 5};
    if (draw(0, 1)) sharing.throughput = {1, 1 + 0.01 * draw(0, 99), 1 + 0.01 * draw(0, 150)};
    if (draw(0, 1)) sharing.transfers = DeviceSharing::Transfers::on_the_device;
    check_same(run_of(method, steps, workers, spread, prices, 1, {}, sharing),
               run_of(method, steps, workers, spread, prices, 1,
                      {.equal_rounds = EqualRounds::replayed}, sharing));
  }
}

TEST_CASE("without jitter, work priced together equals work priced step by step") {
  for (const char* coin : {"independent", "shared"}) {
    const std::string method =
        fmt::format("name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3\ncoin = '{}'", coin);
    const Spread spread{.slow_workers = {{1, 1.37}}};
    for (const DeviceSharing& sharing :
         {DeviceSharing(), DeviceSharing{.throughput = {1, 1.83}, .workers_per_node = 3}}) {
      check_same(run_of(method, 500, 4, spread, test_prices(), 3, {}, sharing),
                 run_of(method, 500, 4, spread, test_prices(), 3,
                        {.local_work = LocalWork::priced_step_by_step}, sharing));
    }
  }
}

TEST_CASE("with jitter, one draw for n steps has the distribution of n draws") {
  constexpr int seeds = 4000;
  for (const double jitter : {0.02, 0.3, 1.5}) {
    CAPTURE(jitter);
    const Spread spread{.jitter = jitter};
    const std::string method = "name = 'palsgd'\nsync_interval = 16\nmix_probability = 0.2";
    const Sample together = sampled(LocalWork::priced_together, spread, method, seeds);
    const Sample apart = sampled(LocalWork::priced_step_by_step, spread, method, seeds);
    const double error = together.deviation / std::sqrt(seeds);
    CHECK(std::fabs(together.mean - apart.mean) < 5 * std::sqrt(2) * error);
    CHECK(together.deviation == doctest::Approx(apart.deviation).epsilon(0.08));
    // The 95th percentile's standard error is about 2.1 times the mean's for a normal variable.
    CHECK(std::fabs(together.p95 - apart.p95) < 5 * 2.5 * std::sqrt(2) * error);
  }
}

TEST_CASE("stalls within n steps priced together come as often as step by step") {
  constexpr int seeds = 3000;
  const Spread spread{.stalls = {Frequency(30), ns(5'000'000)}};
  const std::string method = "name = 'local_sgd'\nsync_interval = 16";
  const Sample together = sampled(LocalWork::priced_together, spread, method, seeds);
  const Sample apart = sampled(LocalWork::priced_step_by_step, spread, method, seeds);
  const double error = together.deviation / std::sqrt(seeds);
  CHECK(std::fabs(together.mean - apart.mean) < 5 * std::sqrt(2) * error);
  CHECK(together.deviation == doctest::Approx(apart.deviation).epsilon(0.1));
  CHECK(std::fabs(together.p95 - apart.p95) < 5 * 2.5 * std::sqrt(2) * error);
}
