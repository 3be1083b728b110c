// What each worker did when, round by round: a round is what lies between two synchronizations, the
// second included. Of a long run some rounds are kept: the first, the last and the slowest.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/core/time.hpp"
#include "sim/methods/worker.hpp"

namespace palsim {

enum class Activity { compute, mix, communication, waiting, bucket };

// The track of what travels under the workers' compute: DDP's buckets.
inline constexpr Rank wire_track = -1;

struct Segment {
  Rank rank = 0;
  Activity activity = Activity::compute;
  Time begin;
  Duration length;
  // Gradient or mix steps, which follow one another in it; 0 for anything else: data, outer steps,
  // stalls, the optimizer of a synchronous step.
  std::int64_t steps = 0;
};

struct RoundTimeline {
  std::int64_t number = 0;  // from 0
  Step steps_done = 0;      // when it ended
  Time begin;
  Time end;
  std::vector<Segment> segments;  // of each rank in order, without gap or overlap
};

// How many of each; a round that is kept for two reasons counts for both.
struct KeptRounds {
  std::size_t first = 2;
  std::size_t last = 2;
  std::size_t slowest = 2;
};
inline constexpr KeptRounds every_round{.first = static_cast<std::size_t>(-1)};

class Timeline {
 public:
  explicit Timeline(const KeptRounds& kept) : kept_(kept) {}

  // Nothing if the length is 0.
  void record(const Segment& segment);
  // The workers have met after `steps_done` steps, and what belongs to that has been recorded;
  // meetings of the same step end the same round.
  void end_round(Step steps_done, Time end);
  // What came after the last meeting is a round of its own.
  void finish(Step steps_done, Time end);

  // Leaves out all that would not have been kept under these counts, none of them above the first
  // ones; to be asked after `finish`.
  void keep_fewer(const KeptRounds& kept);

  // Those kept, in order of time; to be asked after `finish`.
  const std::vector<RoundTimeline>& rounds() const { return rounds_; }
  std::int64_t rounds_left_out() const {
    return count_ - static_cast<std::int64_t>(rounds_.size());
  }

 private:
  void keep(RoundTimeline round);
  void leave_out_the_usual();

  KeptRounds kept_;
  RoundTimeline current_;
  RoundTimeline ended_;  // until a later step's meeting shows that it was whole
  std::int64_t count_ = 0;
  std::vector<RoundTimeline> rounds_;
};

}  // namespace palsim
