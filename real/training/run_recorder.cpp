#include "real/training/run_recorder.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <span>
#include <utility>

namespace palsim {
namespace {

Time time_of(RunRecorder::Clock::time_point at) {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch());
  return Time::start() + Duration::nanoseconds(ns.count());
}

// A segment as it travels: what workers exchange are floats, whose bits nobody looks at.
struct Packed {
  std::int64_t round;
  std::int64_t activity;
  std::int64_t begin_ns;
  std::int64_t length_ns;
  std::int64_t steps;
  std::int64_t bytes;
  std::int64_t steps_gathered;
};
constexpr std::size_t words_per_segment = sizeof(Packed) / sizeof(float);
// Blocks of one size, so that the group plans their way once.
constexpr std::size_t segments_per_block = 512;

void pack(const Packed& segment, std::vector<float>& words) {
  const std::size_t at = words.size();
  words.resize(at + words_per_segment);
  std::memcpy(words.data() + at, &segment, sizeof segment);
}

Packed unpack(const std::vector<float>& words, std::size_t at) {
  Packed segment{};
  std::memcpy(&segment, words.data() + at * words_per_segment, sizeof segment);
  return segment;
}

// To all workers, of whom the root alone knows how many words there are.
void broadcast(Group& group, std::vector<float>& words, Rank root) {
  std::vector<double> size{group.rank() == root ? static_cast<double>(words.size()) : 0.0};
  group.sum(size);
  const std::size_t block = segments_per_block * words_per_segment;
  const auto count = static_cast<std::size_t>(size[0]);
  words.resize((count + block - 1) / block * block);
  for (std::size_t at = 0; at < words.size(); at += block) {
    group.broadcast(std::span(words).subspan(at, block), root);
  }
  words.resize(count);
}

// A bucket is on the wire once the last worker is there for it.
void add_bucket(std::vector<Segment>& wire, std::size_t at, const Segment& own) {
  if (at == wire.size()) {
    wire.push_back(own);
    wire.back().rank = wire_track;
    return;
  }
  Segment& bucket = wire[at];
  const Time end = std::max(bucket.begin + bucket.length, own.begin + own.length);
  bucket.begin = std::max(bucket.begin, own.begin);
  bucket.length = end - bucket.begin;
}

}  // namespace

void RunRecorder::note(Activity activity, Clock::time_point begin, Clock::time_point end,
                       std::int64_t steps, std::int64_t bytes) {
  constexpr std::size_t most = 200'000;  // of one worker in one round
  if (end <= begin) return;
  std::vector<Segment>& notes = activity == Activity::bucket ? current_.buckets : current_.laps;
  const Time from = time_of(begin) + offset_;
  notes.push_back({group_.rank(), activity, from, time_of(end) + offset_ - from, steps, bytes});
  if (notes.size() < most || activity == Activity::bucket) return;
  gather_steps(notes);
  current_.steps_gathered = true;
}

void RunRecorder::end_round(Step steps_done) {
  current_.steps_done = steps_done;
  ended_.push_back(std::exchange(current_, {}));
}

std::vector<float> RunRecorder::packed() const {
  std::vector<float> words;
  for (std::size_t round = 0; round < ended_.size(); ++round) {
    const OwnRound& own = ended_[round];
    for (const std::vector<Segment>* notes : {&own.laps, &own.buckets}) {
      for (const Segment& segment : *notes) {
        pack({.round = static_cast<std::int64_t>(round),
              .activity = static_cast<std::int64_t>(segment.activity),
              .begin_ns = segment.begin.since_start().count_ns(),
              .length_ns = segment.length.count_ns(),
              .steps = segment.steps,
              .bytes = segment.bytes,
              .steps_gathered = own.steps_gathered ? 1 : 0},
             words);
      }
    }
  }
  return words;
}

std::vector<RecordedRound> RunRecorder::hand_over() {
  std::vector<RecordedRound> rounds(ended_.size());
  std::vector<std::vector<Segment>> wires(ended_.size());
  for (std::size_t at = 0; at < ended_.size(); ++at) rounds[at].steps_done = ended_[at].steps_done;
  for (Rank rank = 0; rank < group_.workers(); ++rank) {
    std::vector<float> words = group_.rank() == rank ? packed() : std::vector<float>();
    broadcast(group_, words, rank);
    if (group_.rank() != 0) continue;
    std::vector<std::size_t> buckets(ended_.size());
    for (std::size_t at = 0; at < words.size() / words_per_segment; ++at) {
      const Packed packed = unpack(words, at);
      const auto round = static_cast<std::size_t>(packed.round);
      const Segment segment{rank,
                            static_cast<Activity>(packed.activity),
                            Time::start() + Duration::nanoseconds(packed.begin_ns),
                            Duration::nanoseconds(packed.length_ns),
                            packed.steps,
                            packed.bytes};
      if (packed.steps_gathered != 0) rounds[round].steps_gathered = true;
      if (segment.activity == Activity::bucket) {
        add_bucket(wires[round], buckets[round]++, segment);
      } else {
        rounds[round].segments.push_back(segment);
      }
    }
  }
  ended_.clear();
  if (group_.rank() != 0) return {};
  for (std::size_t at = 0; at < rounds.size(); ++at) {
    rounds[at].segments.insert(rounds[at].segments.end(), wires[at].begin(), wires[at].end());
  }
  std::erase_if(rounds, [](const RecordedRound& round) { return round.segments.empty(); });
  place_at_origin(rounds);
  return rounds;
}

void RunRecorder::place_at_origin(std::vector<RecordedRound>& rounds) {
  for (RecordedRound& round : rounds) {
    const auto before = [](const Segment& a, const Segment& b) { return a.begin < b.begin; };
    const Time first =
        std::min_element(round.segments.begin(), round.segments.end(), before)->begin;
    if (!origin_) origin_ = first;
    round.begin = Time::start() + (first - *origin_);
    for (Segment& segment : round.segments) {
      segment.begin = Time::start() + (segment.begin - *origin_);
      round.end = std::max(round.end, segment.begin + segment.length);
    }
  }
}

Duration offset_to_first(Group& group, const std::string& machine,
                         const std::function<RunRecorder::Clock::time_point()>& now) {
  const auto from_first = [&](std::vector<double> values) {
    if (group.rank() != 0) std::fill(values.begin(), values.end(), 0.0);
    group.sum(values);
    return values;
  };
  const double name = static_cast<double>(std::hash<std::string>()(machine) >> 12U);
  std::vector<double> elsewhere{from_first({name})[0] == name ? 0.0 : 1.0};
  group.sum(elsewhere);
  if (elsewhere[0] == 0) return {};
  constexpr int meetings = 9;
  std::vector<double> own;
  for (int meeting = 0; meeting < meetings; ++meeting) {
    group.meet();
    own.push_back(static_cast<double>(time_of(now()).since_start().count_ns()));
  }
  std::vector<double> differences = from_first(own);
  for (int at = 0; at < meetings; ++at) differences[at] -= own[at];
  std::nth_element(differences.begin(), differences.begin() + meetings / 2, differences.end());
  return Duration::rounded_nanoseconds(differences[meetings / 2]);
}

std::string this_machine() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  std::getline(file, boot);
  return boot;
}

}  // namespace palsim
