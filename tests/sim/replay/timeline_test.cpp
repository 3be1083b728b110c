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

namespace {

// By brute force.
std::set<std::int64_t> rounds_to_keep(const std::vector<Duration>& lengths,
                                      const KeptRounds& kept) {
  const std::size_t count = lengths.size();
  std::vector<std::int64_t> by_length(count);
  std::iota(by_length.begin(), by_length.end(), 0);
  std::stable_sort(by_length.begin(), by_length.end(), [&](std::int64_t a, std::int64_t b) {
    return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
  });
  std::set<std::int64_t> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    if (i < kept.first || count - i <= kept.last) numbers.insert(static_cast<std::int64_t>(i));
    if (i < kept.slowest) numbers.insert(by_length[i]);
  }
  return numbers;
}

}  // namespace

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

TEST_CASE("a synchronization is one round, with the optimizer or outer step right after it") {
  for (const std::string text :
       {"name = 'ddp'", "name = 'ddp'\noverlap = 'none'", "name = 'local_sgd'\nsync_interval = 8",
        "name = 'slowmo'\nsync_interval = 8", "name = 'diloco'\nsync_interval = 8",
        "name = 'palsgd'\nsync_interval = 8\nmix_probability = 0.3"}) {
    for (int sharing_kind = 0; sharing_kind < 3; ++sharing_kind) {
      CAPTURE(text);
      CAPTURE(sharing_kind);
      DeviceSharing sharing{.workers_per_node = 3};
      if (sharing_kind > 0) sharing.throughput = {1, 1.7};
      if (sharing_kind > 1) sharing.transfers = DeviceSharing::Transfers::on_the_device;
      Prices prices = test_prices();
      prices.data = ns(999);
      const Spread spread{.slow_workers = {{1, 1.3}}};
      Timeline timeline(every_round);
      replay(method_of(text, 64), prices, spread, {.workers = 3, .seed = 9, .sharing = sharing},
             &timeline);
      const Step period = text.starts_with("name = 'ddp'") ? 1 : 8;
      const bool steps_outside = text.find("local_sgd") == std::string::npos;
      REQUIRE(timeline.rounds().size() == static_cast<std::size_t>(64 / period));
      for (const RoundTimeline& round : timeline.rounds()) {
        CHECK(round.steps_done == (round.number + 1) * period);
        // Of each worker, from its first step to its last work after having communicated.
        for (Rank rank = 0; rank < 3; ++rank) {
          std::vector<Segment> own;
          Step steps = 0;
          for (const Segment& segment : round.segments) {
            if (segment.rank != rank || segment.activity == Activity::waiting) continue;
            own.push_back(segment);
            steps += segment.steps;
            CHECK(segment.begin + segment.length <= round.end);
          }
          CHECK(steps == period);
          REQUIRE(own.size() >= 3);
          CHECK(own[0].length < own[1].length);  // the data
          if (steps_outside) {
            CHECK(own.back().activity == Activity::compute);
            CHECK(own.back().steps == 0);
            CHECK(own[own.size() - 2].activity == Activity::communication);
          } else {
            CHECK(own.back().activity == Activity::communication);
          }
        }
      }
    }
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

    const std::set<std::int64_t> expected = rounds_to_keep(lengths, kept);
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

TEST_CASE("meetings of one step are one round, and steps after the last another") {
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

TEST_CASE("what a meeting asks for is in its round, which lasts as long") {
  Timeline timeline(every_round);
  const auto at = [](std::int64_t time) { return Time::start() + ns(time); };
  timeline.record({0, Activity::communication, at(0), ns(5)});
  timeline.record({1, Activity::communication, at(0), ns(5)});
  timeline.end_round(3, at(5));
  timeline.record_after_meeting({0, Activity::compute, at(5), ns(2)});
  timeline.record({0, Activity::mix, at(7), ns(9), 1});
  timeline.record_after_meeting({1, Activity::compute, at(5), ns(4)});
  timeline.record({1, Activity::mix, at(9), ns(7), 1});
  timeline.end_round(4, at(16));
  timeline.record_after_meeting({0, Activity::compute, at(16), ns(1)});
  timeline.record({1, Activity::waiting, at(16), ns(1)});
  timeline.finish(4, at(17));
  const std::vector<RoundTimeline>& rounds = timeline.rounds();
  REQUIRE(rounds.size() == 2);
  CHECK(rounds[0].segments.size() == 4);
  CHECK(rounds[0].end == at(9));
  CHECK(rounds[1].begin == at(9));
  CHECK(rounds[1].segments.size() == 4);
  CHECK(rounds[1].end == at(17));
}

TEST_CASE("with too little room as many rounds are kept as fit, of each kind the same number") {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::size_t room = 50 + random() % 100;
    const std::size_t longest = 1 + random() % 10;
    Timeline timeline({.first = 8, .last = 8, .slowest = 8, .segments = room});
    std::vector<Duration> lengths;
    std::vector<std::size_t> counts;
    Time at = Time::start();
    for (std::size_t i = 0; i < 60; ++i) {
      const Time begin = at;
      counts.push_back(1 + random() % longest);
      for (std::size_t part = 0; part < counts.back(); ++part) {
        const Duration length = ns(1 + static_cast<std::int64_t>(random() % 50));
        timeline.record(
            {0, part % 2 == 0 ? Activity::waiting : Activity::communication, at, length});
        at += length;
        REQUIRE(timeline.segments() <= room);
      }
      lengths.push_back(at - begin);
      timeline.end_round(static_cast<Step>(i + 1), at);
    }
    timeline.finish(60, at);
    const KeptRounds kept = timeline.kept();
    CHECK(kept.first == kept.last);
    CHECK(kept.last == kept.slowest);
    CHECK(kept.first >= 1);
    CHECK(timeline.first_rank_left_out() > 0);
    const std::set<std::int64_t> expected = rounds_to_keep(lengths, kept);
    std::set<std::int64_t> found;
    std::size_t held = 0;
    for (const RoundTimeline& round : timeline.rounds()) {
      const auto number = static_cast<std::size_t>(round.number);
      found.insert(round.number);
      held += round.segments.size();
      CHECK(round.segments.size() == counts[number]);
      CHECK(round.end - round.begin == lengths[number]);
    }
    CHECK(found == expected);
    CHECK(held == timeline.segments());
    CHECK(timeline.rounds_left_out() == static_cast<std::int64_t>(60 - expected.size()));
    // Not far fewer than fit: the two rounds under way take room, and an eighth is in reserve.
    if (kept.first < 8) CHECK(held + 5 * longest > room / 2);
  }
}

TEST_CASE("where a round has too many steps they are gathered, each worker's time and steps kept") {
  const Method method =
      method_of("name = 'palsgd'\nsync_interval = 50\nmix_probability = 0.5", 400);
  for (const bool shared : {false, true}) {
    CAPTURE(shared);
    DeviceSharing sharing{.workers_per_node = 4};
    if (shared) sharing.throughput = {1, 1.7};
    const ReplayOptions options{.workers = 4, .seed = 3, .sharing = sharing};
    const Spread spread{.jitter = 0.2};
    Timeline whole(every_round);
    replay(method, test_prices(), spread, options, &whole);
    Timeline some({.first = 3, .last = 3, .slowest = 3, .segments = 160});
    replay(method, test_prices(), spread, options, &some);
    CHECK(!some.tells_steps_apart());
    CHECK(some.first_rank_left_out() >= 4);
    CHECK(some.segments() <= 160);
    CHECK(some.rounds().size() >= 3);
    for (const RoundTimeline& round : some.rounds()) {
      const RoundTimeline& like = whole.rounds()[static_cast<std::size_t>(round.number)];
      CHECK(round.begin == like.begin);
      CHECK(round.end == like.end);
      std::vector<Segment> gathered = like.segments;
      gather_steps(gathered);
      std::vector<Segment> own = round.segments;
      gather_steps(own);
      REQUIRE(own.size() == gathered.size());
      REQUIRE(own.size() == round.segments.size());
      for (std::size_t at = 0; at < own.size(); ++at) {
        CHECK(own[at].rank == gathered[at].rank);
        CHECK(own[at].activity == gathered[at].activity);
        CHECK(own[at].steps == gathered[at].steps);
        if (shared) continue;  // what shares a device goes slower or faster as the others do
        CHECK(own[at].begin == gathered[at].begin);
        CHECK(own[at].length == gathered[at].length);
      }
    }
  }
}

TEST_CASE(
    "where not even that has room, workers of high rank are left out, the same in all rounds") {
  for (const std::size_t room : {0UL, 3UL, 20UL, 100UL, 1000UL}) {
    CAPTURE(room);
    Timeline timeline({.first = 5, .last = 5, .slowest = 5, .segments = room});
    const RunResult recorded = replay(method_of("name = 'ddp'", 30), test_prices(), {.jitter = 0.1},
                                      {.workers = 64, .seed = 3}, &timeline);
    CHECK(recorded.wall_clock == replay(method_of("name = 'ddp'", 30), test_prices(),
                                        {.jitter = 0.1}, {.workers = 64, .seed = 3})
                                     .wall_clock);
    CHECK(timeline.segments() <= room);
    const Rank first_out = timeline.first_rank_left_out();
    CHECK(first_out < 64);
    if (room >= 100) CHECK(first_out > 0);
    CHECK(timeline.rounds_left_out() + static_cast<std::int64_t>(timeline.rounds().size()) >=
          (room >= 100 ? 30 : 0));
    for (const RoundTimeline& round : timeline.rounds()) {
      std::set<Rank> ranks;
      for (const Segment& segment : round.segments) ranks.insert(segment.rank);
      for (Rank rank = wire_track; rank < 64; ++rank) {
        CHECK(ranks.contains(rank) == (rank < first_out));
      }
    }
  }
}
