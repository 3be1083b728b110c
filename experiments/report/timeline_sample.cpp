#include "experiments/report/timeline_sample.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

// Less and less.
std::vector<KeptRounds> samples() {
  std::vector<KeptRounds> samples;
  for (std::size_t each = rounds_on_page.first; each > 0; --each) {
    samples.push_back({each, each, each});
  }
  samples.push_back({.first = 1, .last = 0, .slowest = 1});
  samples.push_back({.first = 0, .last = 0, .slowest = 1});
  return samples;
}

// Of the round that is left out last.
std::size_t least_of(const Timeline& timeline) {
  const auto slowest = std::max_element(timeline.rounds().begin(), timeline.rounds().end(),
                                        [](const RoundTimeline& a, const RoundTimeline& b) {
                                          return a.end - a.begin < b.end - b.begin;
                                        });
  return slowest == timeline.rounds().end() ? 0 : slowest->segments.size();
}

// Everybody has a round, if need be a poorer one; what room is left is shared out, and what one
// method does not take is the next one's.
void make_do(std::vector<MethodRun>& runs, std::size_t most_segments) {
  std::vector<std::size_t> least;
  std::size_t sum = 0;
  for (const MethodRun& run : runs) {
    least.push_back(least_of(run.timeline));
    sum += least.back();
  }
  const double scale =
      sum > most_segments ? static_cast<double>(most_segments) / static_cast<double>(sum) : 1;
  std::size_t spare = sum > most_segments ? 0 : most_segments - sum;
  for (std::size_t m = 0; m < runs.size(); ++m) {
    Timeline& timeline = runs[m].timeline;
    const auto own = static_cast<std::size_t>(scale * static_cast<double>(least[m]));
    const std::size_t limit = own + spare / (runs.size() - m);
    for (const KeptRounds& fewer : samples()) {
      if (timeline.segments() <= limit) break;
      timeline.keep_fewer(fewer);
    }
    timeline.make_do_with(limit);
    spare -= std::min(spare, timeline.segments() - std::min(own, timeline.segments()));
  }
}

std::int64_t since_start(Time time) { return (time - Time::start()).count_ns(); }

Json tracks_of(const RoundTimeline& round) {
  std::map<Rank, Json> by_rank;
  for (const Segment& segment : round.segments) {
    by_rank[segment.rank].push_back({static_cast<int>(segment.activity), since_start(segment.begin),
                                     segment.length.count_ns(), segment.steps});
  }
  Json tracks = Json::array();
  for (auto& [rank, segments] : by_rank) {
    tracks.push_back({{"rank", rank}, {"segments", std::move(segments)}});
  }
  return tracks;
}

Json object_of(const MethodRun& run, Rank workers) {
  const Timeline& timeline = run.timeline;
  Json rounds = Json::array();
  for (const RoundTimeline& round : timeline.rounds()) {
    rounds.push_back({{"number", round.number},
                      {"steps_done", round.steps_done},
                      {"begin_ns", since_start(round.begin)},
                      {"end_ns", since_start(round.end)},
                      {"tracks", tracks_of(round)}});
  }
  const Rank shown = std::clamp<Rank>(timeline.first_rank_left_out(), 0, workers);
  return {{"label", run.label},
          {"method", run.method},
          {"workers", workers},
          {"rounds_left_out", timeline.rounds_left_out()},
          {"workers_left_out", workers - shown},
          {"steps_gathered", !timeline.tells_steps_apart()},
          {"rounds", std::move(rounds)}};
}

}  // namespace

Json sampled_timelines(std::vector<MethodRun> runs, Rank workers, std::size_t most_segments) {
  make_do(runs, most_segments);
  Json list = Json::array();
  for (const MethodRun& run : runs) list.push_back(object_of(run, workers));
  return list;
}

}  // namespace palsim
