// What a real run's record says of it.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <thread>

#include "real/comm/thread_group.hpp"
#include "tests/real/training/resumed_run.hpp"

namespace palsim {
namespace {

struct Recorded {
  TrainingOutcome outcome;
  std::vector<RecordedRound> rounds;
};

Recorded recorded(TrainingJob job, Rank workers) {
  Recorded run;
  job.record = [&](const RecordedRound& round) { run.rounds.push_back(round); };
  run.outcome = train_on_threads(job, workers);
  return run;
}

// Of all workers' seconds.
double spent_s(const std::vector<RecordedRound>& rounds, const std::set<Activity>& activities) {
  Duration sum;
  for (const RecordedRound& round : rounds) {
    for (const Segment& segment : round.segments) {
      if (activities.contains(segment.activity)) sum += segment.length;
    }
  }
  return sum.in_seconds();
}

const std::vector<std::string> methods{
    "name = 'ddp'",
    "name = 'ddp'\noverlap = 'none'",
    "name = 'local_sgd'\nsync_interval = 4",
    "name = 'local_sgd'\nsync_interval = 4\nstart_step = 5",
    "name = 'slowmo'\nsync_interval = 4\nstart_step = 4\nwarm_up = 'blocking'",
    "name = 'diloco'\nsync_interval = 5\nstart_step = 3",
    "name = 'palsgd'\nsync_interval = 4\nmix_probability = 0.4",
    "name = 'palsgd'\nsync_interval = 100\nmix_probability = 0.4",
    "name = 'palsgd'\nsync_interval = 5\nmix_probability = 0.3\nstart_step = 3",
};

}  // namespace

TEST_CASE("what a run's workers are recorded to have done is what their accounts say") {
  for (const std::string& method : methods) {
    for (const double report_every_s : {0.0, 1000.0}) {
      CAPTURE(method);
      CAPTURE(report_every_s);
      const ShortRun run{.method = method, .steps = 14, .workers = 3};
      const ShortRunParts parts(run);
      TrainingJob job = job_of(run, parts);
      job.report_every_s = report_every_s;
      const auto [outcome, rounds] = recorded(job, run.workers);
      const auto mean_s = [&](const std::set<Activity>& activities) {
        return spent_s(rounds, activities) / static_cast<double>(run.workers);
      };
      const auto near = [](double value) { return doctest::Approx(value).epsilon(1e-9); };
      CHECK(mean_s({Activity::compute, Activity::mix}) == near(outcome.mean.compute_s));
      CHECK(mean_s({Activity::communication}) == near(outcome.mean.communication_s));
      CHECK(mean_s({Activity::waiting}) == near(outcome.mean.waiting_s));

      std::map<Rank, Time> end;
      std::map<Rank, std::int64_t> steps;
      Step done = 0;
      for (const RecordedRound& round : rounds) {
        CHECK(round.steps_done > done);
        done = round.steps_done;
        for (const Segment& segment : round.segments) {
          CHECK(segment.length > Duration());
          CHECK(segment.begin >= end[segment.rank]);
          CHECK(segment.begin >= round.begin);
          end[segment.rank] = segment.begin + segment.length;
          CHECK(end[segment.rank] <= round.end);
          steps[segment.rank] += segment.steps;
        }
      }
      CHECK(done == run.steps);
      CHECK(rounds.front().begin == Time::start());
      for (Rank rank = 0; rank < run.workers; ++rank) CHECK(steps[rank] == run.steps);
    }
  }
}

TEST_CASE("a mix is recorded as a mix, as often as the coins fall") {
  const ShortRun run{.method = methods[6], .steps = 40, .workers = 2};
  std::map<Rank, std::int64_t> mixes;
  const std::vector<Trained> trained = train(run);
  for (Rank rank = 0; rank < run.workers; ++rank) {
    for (const StepRecord& step : trained[static_cast<std::size_t>(rank)].records) {
      if (step.kind == StepKind::mix) --mixes[rank];
    }
    CHECK(mixes[rank] < 0);
  }
  const ShortRunParts parts(run);
  for (const RecordedRound& round : recorded(job_of(run, parts), run.workers).rounds) {
    for (const Segment& segment : round.segments) {
      if (segment.activity == Activity::mix) mixes[segment.rank] += segment.steps;
    }
  }
  for (const auto& [rank, left] : mixes) CHECK(left == 0);
}

TEST_CASE("each of DDP's buckets is on the wire while all workers compute or communicate") {
  const ShortRun run{.workers = 3};
  const ShortRunParts parts(run);
  const auto rounds = recorded(job_of(run, parts), run.workers).rounds;
  REQUIRE(rounds.size() == 12);
  for (const RecordedRound& round : rounds) {
    std::int64_t bytes = 0;
    for (const Segment& bucket : round.segments) {
      if (bucket.rank != wire_track) continue;
      CHECK(bucket.activity == Activity::bucket);
      bytes += bucket.bytes;
      Time communicated;
      for (const Segment& own : round.segments) {
        if (own.activity != Activity::communication) continue;
        communicated = std::max(communicated, own.begin + own.length);
      }
      CHECK(bucket.begin + bucket.length <= communicated);
    }
    CHECK(bytes == 4 * parts.graph.model.parameters());
  }
}

TEST_CASE("recording changes nothing of the training") {
  for (const std::string& method : methods) {
    CAPTURE(method);
    const ShortRun run{.method = method, .steps = 14, .workers = 2};
    const ShortRunParts parts(run);
    TrainingJob job = job_of(run, parts);
    job.held_out = parts.data.get();
    const TrainingOutcome alone = train_on_threads(job, run.workers);
    const TrainingOutcome noted = recorded(job, run.workers).outcome;
    CHECK(noted.loss == alone.loss);
    CHECK(noted.evaluation->loss == alone.evaluation->loss);
    CHECK(noted.evaluation->accuracy == alone.evaluation->accuracy);
  }
}

TEST_CASE("a run that was stopped and resumed is recorded from where it goes on") {
  const TemporaryFolder folder;
  const ShortRun run{.method = "name = 'local_sgd'\nsync_interval = 4", .workers = 2};
  const ShortRunParts parts(run);
  TrainingJob job = job_of(run, parts);
  job.checkpoints = job.resume = folder.path();
  StopAtMeeting stop(1, run.workers);
  TrainingJob stopped = job;
  stopped.stop_wanted = [&] { return stop(); };
  const Recorded before = recorded(stopped, run.workers);
  REQUIRE(before.outcome.steps == 8);
  REQUIRE(before.rounds.size() == 2);
  CHECK(before.rounds.back().steps_done == 8);
  const Recorded after = recorded(job, run.workers);
  REQUIRE(after.rounds.size() == 1);
  CHECK(after.rounds.front().begin == Time::start());
  CHECK(after.rounds.front().steps_done == 12);
  const double both =
      spent_s(before.rounds, {Activity::compute}) + spent_s(after.rounds, {Activity::compute});
  CHECK(both / 2 == doctest::Approx(after.outcome.mean.compute_s).epsilon(1e-9));
}

TEST_CASE("clocks of other machines are set by the meetings, those of this one not at all") {
  using namespace std::chrono_literals;
  for (const bool same : {true, false}) {
    const auto groups = thread_groups(3);
    std::vector<Duration> offsets(3);
    {
      std::vector<std::jthread> threads;
      for (std::size_t rank = 0; rank < groups.size(); ++rank) {
        threads.emplace_back([&, rank] {
          const std::string machine = same ? "one" : rank == 1 ? "other" : "one";
          offsets[rank] = offset_to_first(*groups[rank], machine, [rank] {
            return RunRecorder::Clock::now() + 1000s * static_cast<int>(rank);
          });
        });
      }
    }
    for (std::size_t rank = 0; rank < groups.size(); ++rank) {
      const double expected_s = same ? 0 : -1000.0 * static_cast<double>(rank);
      CHECK(std::abs(offsets[rank].in_seconds() - expected_s) < (same ? 1e-12 : 100));
    }
  }
}

}  // namespace palsim
