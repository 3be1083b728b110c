// What each worker did when, round by round: a round is the local work up to a synchronization, the
// synchronization, and what it asks of each worker right after: the outer step, or the optimizer of
// a synchronous step. A round ends with the last of its workers; those who are faster are in the
// next one by then. Of a long run some rounds are kept: the first, the last and the slowest; and of
// these as many as there is room for. Where not even few rounds have room as they are, each
// worker's steps of a round are gathered by their kind, and then the workers of high rank left out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "sim/methods/segment.hpp"
#include "sim/methods/worker.hpp"

namespace palsim {

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
  // At most so many are held at any time, in all, and by one round a fifth of them.
  std::size_t segments = std::numeric_limits<std::size_t>::max();
};
inline constexpr KeptRounds every_round{.first = std::numeric_limits<std::size_t>::max()};

class Timeline {
 public:
  explicit Timeline(const KeptRounds& kept) : kept_(kept) {}

  // Nothing if the length is 0.
  void record(const Segment& segment);
  // So many more will be recorded before the round's end; fewer if negative.
  void expect(std::int64_t segments);
  // What the last meeting asks of a worker, whose round ends no earlier than that; to be recorded
  // before the next round ends.
  void record_after_meeting(const Segment& segment);
  // The workers have met after `steps_done` steps, and what belongs to that has been recorded;
  // meetings of the same step end the same round.
  void end_round(Step steps_done, Time end);
  // Until then the run stood still; after the end of a round.
  void go_on_at(Time begin) { current_.begin = std::max(current_.begin, begin); }
  // Steps that came after the last meeting are a round of their own.
  void finish(Step steps_done, Time end);

  // Those kept, in order of time, and what is said of them; to be asked after `finish`.
  const std::vector<RoundTimeline>& rounds() const { return rounds_; }
  std::int64_t rounds_left_out() const {
    return count_ - static_cast<std::int64_t>(rounds_.size());
  }

  // As far as there was room.
  const KeptRounds& kept() const { return kept_; }
  // Whether a worker's steps are told apart: gather_steps has not been applied.
  bool tells_steps_apart() const { return tells_steps_apart_; }
  void gather_all_steps();
  // The first of the ranks that were left out; beyond the last if none was.
  Rank first_rank_left_out() const { return first_rank_left_out_; }
  std::size_t segments() const { return segments_in_rounds_ + in_progress(); }
  // Leaves out the rounds that would not have been kept under these counts.
  void keep_fewer(const KeptRounds& kept);
  // Leaves out more, until there are no more than that.
  void make_do_with(std::size_t segments);

 private:
  void keep(RoundTimeline round);
  void leave_out_the_usual();
  std::size_t in_progress() const {
    return current_.segments.size() + ended_.segments.size() + expected_;
  }
  std::size_t most_of_a_kind() const;
  void make_room();
  void keep_fewer_rounds();
  void show_less();
  void leave_out_workers();
  template <class Change>
  void change_segments(Change change);

  KeptRounds kept_;
  bool tells_steps_apart_ = true;
  Rank first_rank_left_out_ = std::numeric_limits<Rank>::max();
  Rank last_rank_ = wire_track;
  RoundTimeline current_;
  RoundTimeline ended_;  // until a later step's meeting shows that it was whole
  std::size_t expected_ = 0;
  std::int64_t count_ = 0;
  std::vector<RoundTimeline> rounds_;
  std::size_t segments_in_rounds_ = 0;
};

}  // namespace palsim
