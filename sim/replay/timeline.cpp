#include "sim/replay/timeline.hpp"

#include <algorithm>
#include <utility>

namespace palsim {
namespace {

using Pace = std::pair<Duration, std::int64_t>;  // the slowest first; of two alike, the earlier

Pace pace_of(const RoundTimeline& round) { return {round.begin - round.end, round.number}; }

}  // namespace

void Timeline::record(const Segment& segment) {
  if (segment.length <= Duration() || segment.rank >= first_rank_left_out_) return;
  last_rank_ = std::max(last_rank_, segment.rank);
  current_.segments.push_back(segment);
  make_room();
}

void Timeline::record_after_meeting(const Segment& segment) {
  ended_.end = std::max(ended_.end, segment.begin + segment.length);
  current_.begin = std::max(current_.begin, ended_.end);
  if (segment.length <= Duration() || segment.rank >= first_rank_left_out_) return;
  ended_.segments.push_back(segment);
  make_room();
}

void Timeline::expect(std::int64_t segments) {
  if (!tells_steps_apart_) return;  // then few come
  expected_ += static_cast<std::size_t>(segments);
  if (segments > 0) make_room();
}

void Timeline::end_round(Step steps_done, Time end) {
  if (ended_.steps_done != steps_done) {
    keep(std::exchange(ended_, {}));
    ended_.begin = current_.begin;
  }
  ended_.steps_done = steps_done;
  ended_.end = end;
  ended_.segments.insert(ended_.segments.end(), current_.segments.begin(), current_.segments.end());
  current_.segments.clear();
  current_.begin = end;
  make_room();
}

void Timeline::finish(Step steps_done, Time end) {
  // Those who ended before the last have waited for it, or there is nothing.
  if (steps_done == ended_.steps_done) end_round(steps_done, std::max(end, ended_.end));
  keep(std::exchange(ended_, {}));
  current_.steps_done = steps_done;
  current_.end = end;
  keep(std::exchange(current_, {}));
  leave_out_the_usual();
}

void Timeline::keep_fewer(const KeptRounds& kept) {
  kept_.first = std::min(kept_.first, kept.first);
  kept_.last = std::min(kept_.last, kept.last);
  kept_.slowest = std::min(kept_.slowest, kept.slowest);
  leave_out_the_usual();
}

void Timeline::keep(RoundTimeline round) {
  if (round.segments.empty()) return;
  round.number = count_++;
  round.segments.shrink_to_fit();
  segments_in_rounds_ += round.segments.size();
  rounds_.push_back(std::move(round));
  // Whatever is left out now would have been at once: it only gets more usual.
  constexpr std::size_t seldom = 6;
  if (rounds_.size() > seldom && rounds_.size() / seldom > most_of_a_kind()) leave_out_the_usual();
}

std::size_t Timeline::most_of_a_kind() const {
  return std::max({kept_.first, kept_.last, kept_.slowest});
}

// A round that is no longer among the last stays if it is among the first or the slowest. What was
// left out was faster than these, so the slowest of those still there are the slowest of all.
void Timeline::leave_out_the_usual() {
  if (rounds_.size() <= kept_.slowest) return;
  std::vector<Pace> paces;
  paces.reserve(rounds_.size());
  for (const RoundTimeline& round : rounds_) paces.push_back(pace_of(round));
  const auto fastest = paces.begin() + static_cast<std::ptrdiff_t>(kept_.slowest);
  std::nth_element(paces.begin(), fastest, paces.end());
  std::erase_if(rounds_, [&](const RoundTimeline& round) {
    if (static_cast<std::size_t>(round.number) < kept_.first) return false;
    if (static_cast<std::size_t>(count_ - round.number) <= kept_.last) return false;
    if (pace_of(round) < *fastest) return false;
    segments_in_rounds_ -= round.segments.size();
    return true;
  });
}

void Timeline::make_do_with(std::size_t segments) {
  kept_.segments = std::min(kept_.segments, segments);
  make_room();
}

// With rounds of a fifth each, there is room for the first, the last, the slowest and two that may
// not be over. Where more are kept, some room is made in reserve.
void Timeline::make_room() {
  const auto longest = [&] {
    return std::max(ended_.segments.size(), current_.segments.size() + expected_);
  };
  while (longest() > kept_.segments / 5) show_less();
  if (segments() <= kept_.segments) return;
  leave_out_the_usual();
  while (most_of_a_kind() > 1 && segments() > kept_.segments - kept_.segments / 8) {
    keep_fewer_rounds();
  }
  while (segments() > kept_.segments) show_less();
}

void Timeline::keep_fewer_rounds() {
  const std::size_t most = std::min(most_of_a_kind(), rounds_.size() + 1);
  const std::size_t fewer = most - std::max<std::size_t>(most / 8, 1);
  keep_fewer({.first = fewer, .last = fewer, .slowest = fewer});
}

// Of each round.
void Timeline::show_less() {
  if (tells_steps_apart_) {
    gather_all_steps();
  } else {
    leave_out_workers();
  }
}

template <class Change>
void Timeline::change_segments(Change change) {
  segments_in_rounds_ = 0;
  for (RoundTimeline& round : rounds_) {
    change(round.segments);
    segments_in_rounds_ += round.segments.size();
  }
  change(ended_.segments);
  change(current_.segments);
}

void Timeline::gather_all_steps() {
  tells_steps_apart_ = false;
  expected_ = 0;
  change_segments(gather_steps);
}

// Half of them; after the last worker the wire.
void Timeline::leave_out_workers() {
  first_rank_left_out_ = last_rank_ < 0 ? wire_track : (last_rank_ + 1) / 2;
  last_rank_ = first_rank_left_out_ - 1;
  change_segments([&](std::vector<Segment>& segments) {
    std::erase_if(segments,
                  [&](const Segment& segment) { return segment.rank >= first_rank_left_out_; });
    segments.shrink_to_fit();
  });
}

}  // namespace palsim
