#include "sim/methods/segment.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <tuple>

using namespace palsim;

TEST_CASE("gathered steps take the same time, are as many, and fill the same time") {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    constexpr Rank workers = 3;
    std::vector<Segment> segments;
    std::vector<Time> clock(workers);
    for (int i = 0; i < 60; ++i) {
      const Rank rank = static_cast<Rank>(random() % workers);
      Time& at = clock[static_cast<std::size_t>(rank)];
      const auto activity = static_cast<Activity>(random() % 4);
      const bool steps = activity <= Activity::mix && random() % 4 > 0;
      const Duration length = Duration::nanoseconds(1 + static_cast<std::int64_t>(random() % 9));
      segments.push_back(
          {rank, activity, at, length, steps ? 1 + static_cast<std::int64_t>(random() % 3) : 0});
      at += length;
    }
    using Key = std::tuple<Rank, Activity, bool>;
    const auto sums_of = [](const std::vector<Segment>& all) {
      std::map<Key, std::pair<Duration, std::int64_t>> sums;
      for (const Segment& segment : all) {
        auto& [time, steps] = sums[{segment.rank, segment.activity, segment.steps > 0}];
        time += segment.length;
        steps += segment.steps;
      }
      return sums;
    };
    std::vector<Segment> gathered = segments;
    gather_steps(gathered);
    CHECK(sums_of(gathered) == sums_of(segments));
    std::vector<Time> end(workers);
    std::map<Rank, Segment> last;
    for (const Segment& segment : gathered) {
      CHECK(segment.begin == end[static_cast<std::size_t>(segment.rank)]);
      end[static_cast<std::size_t>(segment.rank)] += segment.length;
      const auto before = last.find(segment.rank);
      if (before != last.end() && before->second.steps > 0 && segment.steps > 0) {
        CHECK(before->second.activity == Activity::compute);
        CHECK(segment.activity == Activity::mix);
      }
      last[segment.rank] = segment;
    }
    CHECK(end == clock);
  }
}
