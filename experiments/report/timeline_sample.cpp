#include "experiments/report/timeline_sample.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_rounds_each = 20;  // first, last and slowest: beyond, nobody looks

// Less and less.
std::vector<KeptRounds> samples_from(std::size_t most) {
  std::vector<KeptRounds> samples;
  for (std::size_t each = most; each > 0; --each) samples.push_back({each, each, each});
  samples.push_back({.first = 1, .last = 0, .slowest = 1});
  samples.push_back({.first = 1, .last = 0, .slowest = 0});
  return samples;
}

std::size_t segments_in(const Timeline& timeline) {
  std::size_t count = 0;
  for (const RoundTimeline& round : timeline.rounds()) count += round.segments.size();
  return count;
}

std::size_t least_of(const Timeline& timeline) {
  return timeline.rounds().empty() ? 0 : timeline.rounds().front().segments.size();
}

// Everybody has a round; what room is left is shared out, and what one method does not take is the
// next one's.
void leave_out_rounds(std::vector<MethodRun>& runs, std::size_t most_segments) {
  std::size_t least = 0;
  for (const MethodRun& run : runs) least += least_of(run.timeline);
  std::size_t spare = most_segments > least ? most_segments - least : 0;
  std::size_t left = runs.size();
  for (MethodRun& run : runs) {
    const std::size_t own = least_of(run.timeline);
    const std::size_t limit = own + spare / left--;
    for (const KeptRounds& fewer : samples_from(most_rounds_each)) {
      if (segments_in(run.timeline) <= limit) break;
      run.timeline.keep_fewer(fewer);
    }
    spare -= segments_in(run.timeline) - own;
  }
}

// The first ranks, and who waited least, whom the others wait for.
std::set<Rank> shown_workers(const Timeline& timeline, Rank workers, Rank shown) {
  std::map<Rank, Duration> waited;
  for (const RoundTimeline& round : timeline.rounds()) {
    for (const Segment& segment : round.segments) {
      if (segment.rank == wire_track) continue;
      waited[segment.rank] += segment.activity == Activity::waiting ? segment.length : Duration();
    }
  }
  std::set<Rank> ranks;
  for (Rank rank = 0; rank < std::min(shown, workers); ++rank) ranks.insert(rank);
  const auto awaited =
      std::min_element(waited.begin(), waited.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (awaited == waited.end() || ranks.contains(awaited->first)) return ranks;
  ranks.erase(shown - 1);
  ranks.insert(awaited->first);
  return ranks;
}

// What there is room for: workers, and segments of a worker's round.
struct Room {
  Rank workers;
  std::size_t segments_each = std::numeric_limits<std::size_t>::max();
};

Room room_for(const std::vector<MethodRun>& runs, Rank workers, std::size_t most_segments) {
  std::size_t segments = 0;
  for (const MethodRun& run : runs) segments += segments_in(run.timeline);
  if (segments <= most_segments) return {workers};
  const double share = static_cast<double>(most_segments) / static_cast<double>(segments);
  const auto affordable = static_cast<Rank>(static_cast<double>(workers) * share);
  if (affordable > 0) return {affordable};
  return {1, most_segments / (2 * runs.size())};  // the wire has a track, too
}

class RunObject {
 public:
  RunObject(const MethodRun& run, Rank workers, const Room& room)
      : run_(run),
        workers_(workers),
        shown_(shown_workers(run.timeline, workers, room.workers)),
        segments_each_(room.segments_each) {}

  Json object() {
    Json rounds = Json::array();
    for (const RoundTimeline& round : run_.timeline.rounds()) {
      rounds.push_back({{"number", round.number},
                        {"steps_done", round.steps_done},
                        {"begin_ns", since_start(round.begin)},
                        {"end_ns", since_start(round.end)},
                        {"tracks", tracks_of(round)}});
    }
    return {{"label", run_.label},
            {"method", run_.method},
            {"workers", workers_},
            {"rounds_left_out", run_.timeline.rounds_left_out()},
            {"workers_left_out", workers_ - static_cast<Rank>(shown_.size())},
            {"segments_left_out", cut_off_},
            {"rounds", std::move(rounds)}};
  }

 private:
  static std::int64_t since_start(Time time) { return (time - Time::start()).count_ns(); }

  Json tracks_of(const RoundTimeline& round) {
    std::map<Rank, Json> by_rank;
    std::map<Rank, std::size_t> taken;
    for (const Segment& segment : round.segments) {
      if (segment.rank != wire_track && !shown_.contains(segment.rank)) continue;
      if (++taken[segment.rank] > segments_each_) {
        ++cut_off_;
        continue;
      }
      by_rank[segment.rank].push_back({static_cast<int>(segment.activity),
                                       since_start(segment.begin), segment.length.count_ns(),
                                       segment.steps});
    }
    Json tracks = Json::array();
    for (auto& [rank, segments] : by_rank) {
      tracks.push_back({{"rank", rank}, {"segments", std::move(segments)}});
    }
    return tracks;
  }

  const MethodRun& run_;
  Rank workers_;
  std::set<Rank> shown_;
  std::size_t segments_each_;
  std::int64_t cut_off_ = 0;
};

}  // namespace

KeptRounds richest_sample(const Method& method, Rank workers, std::size_t most_segments) {
  // A worker computes, waits and communicates, and changes between gradient and mix steps.
  const double mix = method.mix_probability.value_or(0);
  const double changes =
      2 * static_cast<double>(method.sync_interval.value_or(1)) * mix * (1 - mix);
  const double least = static_cast<double>(workers) * (1 + changes);
  const double rounds = static_cast<double>(most_segments) / least;
  const auto each =
      static_cast<std::size_t>(std::clamp(rounds, 1.0, static_cast<double>(most_rounds_each)));
  return {each, each, each};
}

Json sampled_timelines(std::vector<MethodRun> runs, Rank workers, std::size_t most_segments) {
  leave_out_rounds(runs, most_segments);
  const Room room = room_for(runs, workers, most_segments);
  Json list = Json::array();
  for (const MethodRun& run : runs) {
    list.push_back(RunObject(run, workers, room).object());
  }
  return list;
}

}  // namespace palsim
