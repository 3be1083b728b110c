#include "sim/replay/timeline.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>

#include "tests/support/replay_setting.hpp"

using namespace palsim;

TEST_CASE("a timeline fills each worker's run without gap or overlap, and changes nothing") {
  for (int trial = 0; trial < 12; ++trial) {
    const std::string text =
        trial % 2 == 0
            ? "name = 'ddp'"
            : "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3\nstart_step = 10";
    DeviceSharing sharing{.workers_per_node = 3};
    if (trial % 6 >= 2) sharing.throughput = {1, 1.7};
    if (trial % 6 >= 4) sharing.transfers = DeviceSharing::Transfers::on_the_device;
    CAPTURE(trial);
    const Method method = method_of(text, 60);
    Prices prices = test_prices();
    prices.data = ns(999);
    if (trial < 6) prices.synchronous[0].broadcast = {ns(40'009), 10};
    const Spread spread{.jitter = 0.1, .stalls = {Frequency(10), ns(100'000)}};
    const ReplayOptions options{.workers = 3, .seed = 9, .sharing = sharing};
    Timeline timeline(every_round);
    const RunResult recorded = replay(method, prices, spread, options, &timeline);
    CHECK(recorded.wall_clock == replay(method, prices, spread, options).wall_clock);

    std::map<Rank, Time> end;
    std::map<Activity, Duration> spent;
    std::int64_t stepped = 0;
    std::int64_t mixed = 0;
    Time last_end = Time::start();
    for (const RoundTimeline& round : timeline.rounds()) {
      CHECK(round.begin == std::exchange(last_end, round.end));
      for (const Segment& segment : round.segments) {
        spent[segment.activity] += segment.length;
        (segment.activity == Activity::mix ? mixed : stepped) += segment.steps;
        if (segment.rank == wire_track) {
          CHECK(segment.begin >= end[wire_track]);
        } else {
          CHECK(segment.begin == end[segment.rank]);
        }
        end[segment.rank] = segment.begin + segment.length;
      }
    }
    CHECK(last_end - Time::start() == recorded.wall_clock);
    CHECK(static_cast<double>(stepped) / 3 == doctest::Approx(recorded.mean.gradient_steps));
    CHECK(static_cast<double>(mixed) / 3 == doctest::Approx(recorded.mean.mix_steps));
    for (Rank rank = 0; rank < 3; ++rank) CHECK(end[rank] - Time::start() == recorded.wall_clock);
    CHECK(spent[Activity::waiting].in_seconds() / 3 ==
          doctest::Approx(recorded.mean.waiting_s).epsilon(1e-12));
    CHECK(spent[Activity::communication].in_seconds() / 3 ==
          doctest::Approx(recorded.mean.communication_s).epsilon(1e-12));
    CHECK(spent[Activity::bucket] > Duration());
  }
}

TEST_CASE("the first, the last and the slowest rounds are kept, whatever their order") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const KeptRounds kept{random() % 4, random() % 4, random() % 4};
    const std::size_t count = 1 + random() % 12;
    Timeline timeline(kept);
    std::vector<Duration> lengths;
    Time at = Time::start();
    for (std::size_t i = 0; i < count; ++i) {
      lengths.push_back(ns(1 + static_cast<std::int64_t>(random() % 5)));
      timeline.record({0, Activity::compute, at, lengths.back(), 1});
      at += lengths.back();
      timeline.end_round(static_cast<Step>(i + 1), at);
    }
    timeline.finish(static_cast<Step>(count), at);

    std::vector<std::int64_t> by_length(count);
    std::iota(by_length.begin(), by_length.end(), 0);
    std::stable_sort(by_length.begin(), by_length.end(), [&](std::int64_t a, std::int64_t b) {
      return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
    });
    std::set<std::int64_t> expected;
    for (std::size_t i = 0; i < count; ++i) {
      if (i < kept.first || count - i <= kept.last) expected.insert(static_cast<std::int64_t>(i));
      if (i < kept.slowest) expected.insert(by_length[i]);
    }
    std::set<std::int64_t> found;
    for (const RoundTimeline& round : timeline.rounds()) {
      found.insert(round.number);
      CHECK(round.end - round.begin == lengths[static_cast<std::size_t>(round.number)]);
      CHECK(round.steps_done == round.number + 1);
    }
    CHECK(found == expected);
    CHECK(timeline.rounds_left_out() == static_cast<std::int64_t>(count - expected.size()));
  }
}

TEST_CASE("meetings of one step are one round, and what comes after the last another") {
  Timeline timeline(every_round);
  const auto at = [](std::int64_t time) { return Time::start() + ns(time); };
  timeline.record({0, Activity::compute, at(0), ns(5), 3});
  timeline.record({0, Activity::waiting, at(5), ns(0)});  // nothing happened
  timeline.end_round(3, at(5));
  timeline.record({0, Activity::communication, at(5), ns(2)});
  timeline.end_round(3, at(7));
  timeline.record({0, Activity::compute, at(7), ns(4), 2});
  timeline.finish(5, at(11));
  const std::vector<RoundTimeline>& rounds = timeline.rounds();
  REQUIRE(rounds.size() == 2);
  CHECK(rounds[0].segments.size() == 2);
  CHECK(rounds[0].end == at(7));
  CHECK(rounds[1].begin == at(7));
  CHECK(rounds[1].end == at(11));
  CHECK(rounds[1].steps_done == 5);
}
