#include "sim/replay/replay.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

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
}

TEST_CASE("DDP on one worker takes exactly its compute") {
  Prices prices = test_prices();
  for (SynchronousStepPrice& step : prices.synchronous) {
    for (BucketPrice& bucket : step.buckets) bucket.all_reduce = ns(0);  // one rank: no transfer
  }
  const RunResult run = run_of("name = 'ddp'", 1000, 1, {}, prices);
  CHECK(run.wall_clock == ns(1000 * (900'001 + 100'002)));
  CHECK(run.mean.communication_s == 0);
  CHECK(run.mean.waiting_s == 0);
  CHECK(run.mean.gradient_steps == 1000);
}

TEST_CASE("a DDP step is its compute, the buckets that outlast it, and the optimizer") {
  // Buckets end at 400'000 + 300'007, then 700'007 + 200'003, then 900'010 + 50'021.
  const RunResult run = run_of("name = 'ddp'", 10, 4);
  CHECK(run.wall_clock == ns(10 * (950'031 + 100'002)));
  CHECK(run.mean.communication_s == doctest::Approx(10 * 50'030e-9).epsilon(1e-12));
  CHECK(run.mean.bytes_sent == 10 * 900);
}

TEST_CASE("a local round is H steps, one average and the outer step") {
  const RunResult run = run_of("name = 'diloco'\nsync_interval = 8", 24, 4);
  CHECK(run.wall_clock == ns(24 * 1'000'003 + 3 * (500'009 + 31'013)));
  CHECK(run.mean.synchronizations == 3);
  CHECK(run.mean.bytes_sent == 3000);
  CHECK(run_of("name = 'slowmo'\nsync_interval = 8", 24, 4).wall_clock ==
        ns(24 * 1'000'003 + 3 * (500'009 + 20'011)));
  CHECK(run_of("name = 'local_sgd'\nsync_interval = 8", 24, 4).wall_clock ==
        ns(24 * 1'000'003 + 3 * 500'009));
}

TEST_CASE("PALSGD with p = 0 takes what DiLoCo takes, to the nanosecond") {
  for (const double jitter : {0.0, 0.05}) {
    const Spread spread{.jitter = jitter, .slow_workers = {{1, 1.3}}};
    const RunResult palsgd =
        run_of("name = 'palsgd'\nsync_interval = 8\nmix_probability = 0", 1000, 4, spread);
    const RunResult diloco = run_of("name = 'diloco'\nsync_interval = 8", 1000, 4, spread);
    CHECK(palsgd.wall_clock == diloco.wall_clock);
    CHECK(palsgd.mean.waiting_s == diloco.mean.waiting_s);
  }
}

TEST_CASE("compute, communication and waiting add up to the wall clock") {
  const Spread spread{
      .jitter = 0.1, .slow_workers = {{2, 1.2}}, .stalls = {Frequency(20), ns(3'000'000)}};
  Prices prices = test_prices();
  prices.data = ns(10'007);
  prices.synchronous[0].broadcast = {ns(40'009), 10};
  for (const char* method : all_methods) {
    CAPTURE(method);
    const RunResult run = run_of(method, 203, 5, spread, prices);
    CHECK(total_s(run.mean) == doctest::Approx(run.wall_clock.in_seconds()).epsilon(1e-12));
    CHECK(run.mean.gradient_steps + run.mean.mix_steps == doctest::Approx(203));
  }
}

TEST_CASE("relabelling the ranks changes nothing") {
  for (const char* method : all_methods) {
    if (std::string(method).find("0.3") != std::string::npos) continue;  // coins belong to ranks
    CAPTURE(method);
    const RunResult first = run_of(method, 50, 6, {.slow_workers = {{0, 1.5}, {3, 0.8}}});
    const RunResult second = run_of(method, 50, 6, {.slow_workers = {{4, 1.5}, {1, 0.8}}});
    CHECK(first.wall_clock == second.wall_clock);
    CHECK(first.mean.waiting_s == doctest::Approx(second.mean.waiting_s).epsilon(1e-12));
  }
}

TEST_CASE("a slow worker sets the pace and the others wait for it") {
  const RunResult run =
      run_of("name = 'local_sgd'\nsync_interval = 10", 100, 4, {.slow_workers = {{2, 2.0}}});
  CHECK(run.wall_clock == ns(100 * 2'000'006 + 10 * 500'009));
  CHECK(run.mean.waiting_s == doctest::Approx(100 * 1'000'003e-9 * 3 / 4).epsilon(1e-12));
}

TEST_CASE("data is loaded for gradient steps, synchronous steps and mixes alike") {
  Prices prices = test_prices();
  prices.data = ns(10'000);
  for (const char* method : all_methods) {
    CAPTURE(method);
    const Duration with = run_of(method, 40, 3, {}, prices).wall_clock;
    CHECK(with - run_of(method, 40, 3).wall_clock == ns(40 * 10'000));
  }
}

TEST_CASE("the seed decides a run, and each seed another one") {
  const std::string palsgd = "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3";
  const Spread spread{.jitter = 0.1};
  const auto wall = [&](Seed seed) {
    return run_of(palsgd, 100, 4, spread, test_prices(), seed).wall_clock;
  };
  CHECK(wall(5) == wall(5));
  CHECK(wall(5) != wall(6));
}

TEST_CASE("a broadcast of buffers holds every worker until the last one is ready") {
  Prices prices = test_prices();
  prices.synchronous[0].broadcast = {ns(40'009), 10};
  const RunResult run = run_of("name = 'ddp'", 10, 4, {}, prices);
  CHECK(run.wall_clock == ns(10 * (40'009 + 950'031 + 100'002)));
  CHECK(run.mean.bytes_sent == 10 * (900 + 10));
}

TEST_CASE("the first collective of a run takes the set-up longer, whatever comes after") {
  Prices prices = test_prices();
  prices.setup = ns(77'000'000);
  const Spread spread{.jitter = 0.1, .slow_workers = {{1, 1.3}}, .stalls = {Frequency(20), ns(9)}};
  for (const char* method : all_methods) {
    for (const Spread& one : {Spread(), spread}) {
      CAPTURE(method);
      const RunResult with = run_of(method, 203, 5, one, prices);
      const RunResult without = run_of(method, 203, 5, one);
      CHECK(with.wall_clock - without.wall_clock == prices.setup);
      CHECK(with.mean.communication_s - without.mean.communication_s == doctest::Approx(0.077));
      CHECK(with.mean.waiting_s == doctest::Approx(without.mean.waiting_s));
    }
  }
  const std::string never = "name = 'local_sgd'\nsync_interval = 500";
  CHECK(run_of(never, 203, 5, {}, prices).wall_clock == run_of(never, 203, 5).wall_clock);
}

TEST_CASE("meetings are counted by what workers met for, left-out rounds included") {
  const std::string local = "name = 'local_sgd'\nsync_interval = 8\nstart_step = 24";
  const auto at = [](auto kind) { return static_cast<std::size_t>(kind); };
  for (const auto rounds :
       {ReplayShortcuts::EqualRounds::left_out, ReplayShortcuts::EqualRounds::replayed}) {
    const Meetings met =
        run_of(local, 200, 4, {}, test_prices(), 1, {.equal_rounds = rounds}).meetings;
    CHECK(met.all_reduce[at(Payload::parameters)] == (200 - 24) / 8);
    CHECK(met.synchronous[at(GradientExchange::overlapped)] == 24);
    CHECK(met.all_reduce[at(Payload::outer_gradient)] == 0);
  }
}

TEST_CASE("a program that fails stops the run, and the message says when") {
  Method method = method_of("name = 'ddp'", 1);
  method.start = [](Worker& worker) -> Program {
    co_await worker.gradient_step();
    co_await worker.all_reduce(Payload::parameters);
    throw InputError("the loss is NaN");
  };
  const Prices prices = test_prices();
  CHECK_THROWS_WITH_AS(replay(method, prices, {}, {.workers = 3}),
                       "the loss is NaN (at simulated time 0.001500012 s)", InputError);
}

TEST_CASE("workers that await different collectives are found out") {
  Method method = method_of("name = 'ddp'", 1);
  const auto program_of = [](Worker& worker, Payload payload) -> Program {
    co_await worker.all_reduce(payload);
  };
  int started = 0;
  method.start = [&](Worker& worker) {
    return program_of(worker, started++ == 0 ? Payload::parameters : Payload::outer_gradient);
  };
  const Prices prices = test_prices();
  CHECK_THROWS_AS(replay(method, prices, {}, {.workers = 2}), InternalError);

  started = 0;
  const auto idle = [](Worker&) -> Program { co_return; };
  method.start = [&](Worker& worker) {
    return started++ == 0 ? program_of(worker, Payload::parameters) : idle(worker);
  };
  CHECK_THROWS_WITH_AS(replay(method, prices, {}, {.workers = 2}),
                       "worker 0 waits at step 0 for workers that never come", InternalError);
}

TEST_CASE("progress counts the steps of the whole run and never goes back") {
  std::vector<Step> told;
  const Prices prices = test_prices();
  const Method method = method_of(
      "name = 'palsgd'\nsync_interval = 2\nmix_probability = 0.1\nstart_step = 600_000", 1'500'000);
  replay(method, prices, {.jitter = 0.1},
         {.workers = 4, .progress = [&](Step step) { told.push_back(step); }});
  REQUIRE(told.size() > 2);
  CHECK(std::is_sorted(told.begin(), told.end()));
  CHECK(told.front() >= 250'000);
  CHECK(told.back() <= 1'500'000);
  CHECK(told.back() > 1'000'000);
}

TEST_CASE("rounds are not left out where a step has several meetings") {
  Method method = method_of("name = 'ddp'", 1);
  method.start = [](Worker& worker) -> Program {
    for ([[maybe_unused]] const Step step : worker.steps({.last = 100, .period = 1})) {
      co_await worker.gradient_step();
      co_await worker.all_reduce(Payload::parameters);
      co_await worker.all_reduce(Payload::parameters);
    }
  };
  const RunResult run = replay(method, test_prices(), {}, {.workers = 3});
  CHECK(run.wall_clock == ns(100 * (1'000'003 + 2 * 500'009)));
  CHECK(run.mean.synchronizations == 200);
}
