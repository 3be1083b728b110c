#include "experiments/trace/chrome_trace.hpp"

#include <fmt/format.h>

#include "experiments/predict/prediction.hpp"
#include "sim/core/error.hpp"
#include "tests/experiments/trace/trace_laws.hpp"
#include "tests/support/temporary_folder.hpp"

namespace palsim {
namespace {

Duration ns(std::int64_t count) { return Duration::nanoseconds(count); }

// `rounds` rounds, each of so many segments of each worker; later ones are longer but for the last.
Timeline made_up(const KeptRounds& kept, std::int64_t rounds, Rank workers, int segments) {
  Timeline timeline(kept);
  Time at = Time::start() + ns(1'000'000'000'001);
  timeline.go_on_at(at);
  for (std::int64_t round = 0; round < rounds; ++round) {
    const Duration length = ns(round + 1 == rounds ? 1 : 1'000'001 + round);
    for (Rank rank = 0; rank < workers; ++rank) {
      for (int i = 0; i < segments; ++i) {
        const auto activity = static_cast<Activity>(i % 4);
        timeline.record({rank, activity, at + length * i, length, activity == Activity::mix});
      }
    }
    at += length * segments;
    timeline.end_round(round + 1, at);
  }
  timeline.finish(rounds, at);
  return timeline;
}

}  // namespace

TEST_CASE("a trace is JSON with a process per run, a thread per worker and microseconds") {
  Timeline timeline({.first = 1, .last = 0, .slowest = 0});
  const Time at = Time::start() + ns(1'500);
  timeline.record({0, Activity::mix, at, ns(2'000), 1});
  timeline.record({wire_track, Activity::bucket, at, ns(1), 0, 4096});
  timeline.end_round(1, at + ns(2'000));
  timeline.record({0, Activity::compute, at, ns(1), 1});
  timeline.finish(2, at + ns(2'001));
  std::vector<TracedRun> runs{{"a \"label\"\n", 2, timeline, 7}};
  const Json trace = Json::parse(chrome_trace(runs));
  const auto processes = checked_trace(trace);
  REQUIRE(processes.size() == 1);
  CHECK(processes.at(1).name == "a \"label\"\n");
  CHECK(processes.at(1).labels ==
        "2 workers, resumed at step 7, left out: 1 of 2 rounds (kept: first 1, last 0, slowest 0)");
  const Json& events = trace["traceEvents"];
  REQUIRE(events.size() == 3 + 2 * 4 + 3);
  CHECK(events[11] == Json::parse(R"({"ph":"X","name":"round 0","pid":1,"tid":1,"ts":0.0,"dur":3.5,
                                      "args":{"steps_done":1}})"));
  CHECK(events[12] == Json::parse(R"({"ph":"X","name":"mix","pid":1,"tid":3,"ts":1.5,"dur":2.0,
                                      "args":{"round":0,"steps":1}})"));
  CHECK(events[13] == Json::parse(R"({"ph":"X","name":"bucket all-reduce","pid":1,"tid":2,"ts":1.5,
                                      "dur":0.001,"args":{"round":0,"bytes":4096}})"));
  CHECK(trace["otherData"]["rounds_left_out"] == 1);
  CHECK(trace["otherData"]["runs"][0]["rounds"] == 2);
  CHECK(trace["otherData"]["runs"][0]["first_step"] == 7);
}

TEST_CASE("the rounds left out stand in the gaps between those that are there") {
  std::vector<TracedRun> runs{{"run", 1, made_up({.first = 2, .last = 1, .slowest = 2}, 10, 1, 3)}};
  const auto processes = checked_trace(chrome_trace(runs));
  const std::vector<std::string> expected{"round 0", "round 1", "rounds 2 to 6 left out",
                                          "round 7", "round 8", "round 9"};
  CHECK(processes.at(1).rounds == expected);
}

TEST_CASE("a trace that would be too long is cut down until it is not, evenly") {
  constexpr std::size_t largest = 2'000'000;
  std::vector<TracedRun> runs;
  for (const char* label : {"a", "b"}) {
    runs.push_back({label, 20, made_up(every_round, 30, 20, 25)});
  }
  const std::string trace = chrome_trace(runs, largest);
  CHECK(trace.size() <= largest);
  CHECK(trace.size() > largest / 2);
  CHECK(checked_trace(trace).size() == 2);
  for (const TracedRun& run : runs) {
    CHECK(run.timeline.kept().first > 1);
    CHECK(run.timeline.rounds_left_out() > 0);
    CHECK(run.timeline.first_rank_left_out() >= 20);
    CHECK(left_out(run).starts_with(
        fmt::format("{} of 30 rounds (kept: first ", run.timeline.rounds_left_out())));
  }
}

TEST_CASE("what has no room at all is refused rather than written") {
  std::vector<TracedRun> runs{{std::string(9000, 'x'), 1, made_up(every_round, 2, 1, 1)}};
  CHECK_THROWS_WITH_AS(chrome_trace(runs, 10'000),
                       "--trace: 1 runs are too many for one file; write fewer", InputError);
}

TEST_CASE("no run makes a trace too long, or holds more while it is recorded") {
  const TemporaryFolder folder;
  const auto experiment = [&](const std::string& text) {
    folder.write("huge.toml",
                 "cluster = 't4_pcie_x4_multi_node'\nmodel = 'resnet50'\nbatch_per_worker = 8\n"
                 "[compute]\nstep_time = '100ms'\njitter = 0.1\n" +
                     text);
    return load_experiment((folder.path() / "huge.toml").string(),
                           {"cluster.nodes=1024", "workers=4096", "steps=2000"});
  };
  const Experiment huge = experiment(
      "[[method]]\nname = 'palsgd'\nsync_interval = 1000\nmix_probability = 0.5\n"
      "[[method]]\nname = 'palsgd'\nlabel = 'often'\nsync_interval = 250\n"
      "mix_probability = 0.05\n");
  const Run& run = huge.runs.front();
  const KeptRounds kept = rounds_in_trace(run.methods.size());
  std::vector<TracedRun> runs;
  for (const LabelledMethod& method : run.methods) {
    runs.push_back({method.label, run.workers, timeline_of(huge, run, method, kept)});
    CHECK(runs.back().timeline.segments() <= kept.segments);
  }
  CHECK(!runs[0].timeline.tells_steps_apart());
  CHECK(runs[0].timeline.rounds().size() >= 2);
  const std::string trace = chrome_trace(runs);
  CHECK(trace.size() <= largest_trace);
  const auto processes = checked_trace(trace);
  CHECK(processes.size() == 2);
  CHECK(processes.at(1).labels.find("left out: the order of a worker's steps") !=
        std::string::npos);
  CHECK(processes.at(1).threads.size() == 4096 + 2);
}

}  // namespace palsim
