// The real worker takes the steps that the simulated one takes: the same kinds in the same order,
// with the same meetings and coins, worker by worker.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/real/training/short_run.hpp"
#include "tests/support/replay_setting.hpp"

using namespace palsim;

namespace {

// A letter for each step (gradient, mix, synchronous), with a ! where the workers averaged.
std::string real_steps(const Trained& worker) {
  std::string steps;
  for (const StepRecord& record : worker.records) {
    steps += std::string("gms")[static_cast<std::size_t>(record.kind)];
    if (record.synchronized) steps += '!';
  }
  return steps;
}

// The same, read off a timeline, on which a synchronous step has another length.
std::vector<std::string> simulated_steps(const Method& method, Rank workers, Seed seed) {
  const Prices prices = test_prices();
  Timeline timeline(every_round);
  replay(method, prices, {}, {.workers = workers, .seed = seed}, &timeline);
  std::vector<std::string> steps(static_cast<std::size_t>(workers));
  for (const RoundTimeline& round : timeline.rounds()) {
    for (const Segment& segment : round.segments) {
      if (segment.rank == wire_track) continue;
      std::string& own = steps[static_cast<std::size_t>(segment.rank)];
      const bool synchronous = segment.length == prices.synchronous.front().compute;
      const char kind = segment.activity == Activity::mix ? 'm' : synchronous ? 's' : 'g';
      own += std::string(static_cast<std::size_t>(segment.steps), kind);
      if (segment.activity == Activity::communication) own += '!';
    }
  }
  return steps;
}

const std::vector<std::string> all_methods{
    "name = 'ddp'",
    "name = 'ddp'\noverlap = 'none'",
    "name = 'ddp'\ngradient_dtype = 'bf16'\nbroadcast_buffers = false",
    "name = 'local_sgd'\nsync_interval = 4",
    "name = 'local_sgd'\nsync_interval = 5\nsync_layout = 'per_tensor'",
    "name = 'local_sgd'\nsync_interval = 4\nstart_step = 5",
    "name = 'local_sgd'\nsync_interval = 4\nstart_step = 6\nwarm_up = 'blocking'",
    "name = 'slowmo'\nsync_interval = 3\nsync_layout = 'bucketed'",
    "name = 'slowmo'\nsync_interval = 4\nstart_step = 4\nwarm_up = 'blocking'",
    "name = 'diloco'\nsync_interval = 4",
    "name = 'diloco'\nsync_interval = 6\nstart_step = 3\nsync_dtype = 'bf16'",
    "name = 'diloco'\nsync_interval = 100",
    "name = 'diloco'\nsync_interval = 2\nstart_step = 100",
    "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.4",
    "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.4\ncoin = 'shared'",
    "name = 'palsgd'\nsync_interval = 5\nmix_probability = 0.3\nstart_step = 3\n"
    "sync_layout = 'per_tensor'",
    "name = 'palsgd'\nsync_interval = 5\nmix_probability = 0.6\nstart_step = 3\n"
    "warm_up = 'blocking'\nsync_layout = 'bucketed'\ncoin = 'shared'",
};

}  // namespace

TEST_CASE("every method takes the simulated worker's steps, one by one, on every worker") {
  for (const std::string& text : all_methods) {
    for (const Rank workers : {1, 2, 4}) {
      CAPTURE(text);
      CAPTURE(workers);
      const ShortRun run{.method = text, .steps = 23, .workers = workers};
      const auto simulated = simulated_steps(method_of(text, run.steps), workers, run.seed);
      const auto trained = train(run);
      for (std::size_t rank = 0; rank < trained.size(); ++rank) {
        CAPTURE(rank);
        CHECK(real_steps(trained[rank]) == simulated[rank]);
        CHECK(trained[rank].records.size() == 23);
        for (std::size_t step = 0; step < trained[rank].records.size(); ++step) {
          CHECK(trained[rank].records[step].step == static_cast<Step>(step));
        }
        CHECK(trained[rank].progress.step == 23);
      }
    }
  }
}

TEST_CASE("shared coins make all workers mix together, independent ones do not") {
  const std::string palsgd = "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.5";
  for (const bool shared : {true, false}) {
    const auto trained =
        train({.method = palsgd + (shared ? "\ncoin = 'shared'" : ""), .steps = 30, .workers = 3});
    const auto same = [&](std::size_t rank) {
      return real_steps(trained[0]) == real_steps(trained[rank]);
    };
    CHECK(same(1) == shared);
    CHECK(same(2) == shared);
    CHECK(real_steps(trained[0]).find('m') != std::string::npos);
    CHECK(real_steps(trained[0]).find('g') != std::string::npos);
    for (const Trained& worker : trained) CHECK(worker.progress.flips == 30);
  }
}

TEST_CASE("a worker's inner optimizer moves once for each gradient, and its time only grows") {
  const auto trained = train({.method = all_methods.back(), .steps = 40, .workers = 2});
  for (const Trained& worker : trained) {
    const auto mixes = std::count_if(worker.records.begin(), worker.records.end(),
                                     [](const StepRecord& r) { return r.kind == StepKind::mix; });
    CHECK(mixes > 0);
    CHECK(worker.progress.updates == 40 - mixes);
    TimeAccount before;
    for (const StepRecord& record : worker.records) {
      CHECK(record.time.compute_s > before.compute_s);
      CHECK((record.time.mix_s > before.mix_s) == (record.kind == StepKind::mix));
      CHECK(record.time.mix_s - before.mix_s <=
            (record.time.compute_s - before.compute_s) * (1 + 1e-9) + 1e-15);
      CHECK(record.time.communication_s >= before.communication_s);
      CHECK(record.time.waiting_s >= before.waiting_s);
      before = record.time;
    }
    CHECK(worker.progress.time.wall_clock_s() >= before.wall_clock_s());
  }
}
