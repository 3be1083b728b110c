// What of timelines finds room on a page.
#include "experiments/report/timeline_sample.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

using namespace palsim;

namespace {

using Json = nlohmann::ordered_json;

Time at(std::int64_t nanoseconds) { return Time::start() + Duration::nanoseconds(nanoseconds); }

// Rounds of random length in which each worker computes and mixes in turn.
Timeline made_up(const KeptRounds& kept, unsigned seed, Rank workers, int rounds, int changes) {
  std::mt19937 random(seed);
  Timeline timeline(kept);
  std::int64_t begin = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::int64_t length = 1 + static_cast<std::int64_t>(random() % 100);
    for (Rank rank = 0; rank < workers; ++rank) {
      for (int change = 0; change < changes; ++change) {
        const Activity activity = change % 2 == 0 ? Activity::compute : Activity::mix;
        timeline.record({.rank = rank,
                         .activity = activity,
                         .begin = at(begin + change * length),
                         .length = Duration::nanoseconds(length),
                         .steps = 1});
      }
    }
    begin += changes * length;
    timeline.end_round(round + 1, at(begin));
  }
  timeline.finish(rounds, at(begin));
  return timeline;
}

std::vector<std::int64_t> numbers_of(const Timeline& timeline) {
  std::vector<std::int64_t> numbers;
  for (const RoundTimeline& round : timeline.rounds()) numbers.push_back(round.number);
  return numbers;
}

std::size_t segments_in(const Json& timelines) {
  std::size_t count = 0;
  for (const Json& timeline : timelines) {
    for (const Json& round : timeline["rounds"]) {
      for (const Json& track : round["tracks"]) count += track["segments"].size();
    }
  }
  return count;
}

}  // namespace

TEST_CASE("To keep fewer rounds in the end is to have kept fewer from the beginning") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t most) { return random() % (most + 1); };
    const KeptRounds many{below(8), below(8), below(8)};
    const KeptRounds few{below(many.first), below(many.last), below(many.slowest)};
    const int rounds = static_cast<int>(below(40));
    Timeline timeline = made_up(many, seed, 1, rounds, 1);
    timeline.keep_fewer(few);
    const Timeline long_way = made_up(few, seed, 1, rounds, 1);
    CHECK(numbers_of(timeline) == numbers_of(long_way));
    CHECK(timeline.rounds_left_out() == long_way.rounds_left_out());
  }
}

TEST_CASE("No more segments are shown than asked for, and every method has a round") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const Rank workers = 1 + static_cast<Rank>(random() % 12);
    const int rounds = 1 + static_cast<int>(random() % 30);
    std::vector<MethodRun> runs;
    std::size_t least = 0;
    for (const char* label : {"a", "b", "c"}) {
      const int changes = 1 + static_cast<int>(random() % 9);
      runs.push_back({label, "method", made_up(rounds_on_page, seed, workers, rounds, changes)});
      least += static_cast<std::size_t>(workers) * static_cast<std::size_t>(changes);
    }
    const std::size_t most = 12 + random() % 1000;
    CAPTURE(most);
    const Json timelines = sampled_timelines(std::move(runs), workers, most);
    CHECK(segments_in(timelines) <= most);
    REQUIRE(timelines.size() == 3);
    for (const Json& timeline : timelines) {
      CHECK(timeline["rounds"].size() + timeline["rounds_left_out"].get<std::size_t>() ==
            static_cast<std::size_t>(rounds));
      if (least > most) continue;
      CHECK(timeline["rounds"].size() >= 1);
      CHECK(timeline["workers_left_out"] == 0);
      CHECK(timeline["steps_gathered"] == false);
    }
  }
}

TEST_CASE("Workers are left out when no round of all has room, and their number is said") {
  std::vector<MethodRun> runs;
  runs.push_back({"a", "method", made_up(rounds_on_page, 1, 64, 3, 8)});
  const Json timeline = sampled_timelines(std::move(runs), 64, 40).front();
  REQUIRE(timeline["rounds"].size() == 1);
  CHECK(timeline["steps_gathered"] == true);
  const std::size_t shown = timeline["rounds"][0]["tracks"].size();
  CHECK(shown > 0);
  CHECK(timeline["workers_left_out"] == 64 - shown);
}

TEST_CASE("The last round that is left is the slowest") {
  Timeline timeline = made_up(rounds_on_page, 3, 4, 50, 3);
  Duration longest;
  for (const RoundTimeline& round : timeline.rounds()) {
    longest = std::max(longest, round.end - round.begin);
  }
  std::vector<MethodRun> runs;
  runs.push_back({"a", "method", std::move(timeline)});
  const Json sample = sampled_timelines(std::move(runs), 4, 12).front();
  REQUIRE(sample["rounds"].size() == 1);
  const Json& round = sample["rounds"][0];
  CHECK(round["end_ns"].get<std::int64_t>() - round["begin_ns"].get<std::int64_t>() ==
        longest.count_ns());
}
