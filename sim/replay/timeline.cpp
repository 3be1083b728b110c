#include "sim/replay/timeline.hpp"

#include <algorithm>
#include <utility>

namespace palsim {

void Timeline::record(const Segment& segment) {
  if (segment.length <= Duration()) return;
  current_.segments.push_back(segment);
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
}

void Timeline::finish(Step steps_done, Time end) {
  keep(std::exchange(ended_, {}));
  current_.steps_done = steps_done;
  current_.end = end;
  keep(std::exchange(current_, {}));
}

void Timeline::keep_fewer(const KeptRounds& kept) {
  kept_ = kept;
  leave_out_the_usual();
}

void Timeline::keep(RoundTimeline round) {
  if (round.segments.empty()) return;
  round.number = count_++;
  rounds_.push_back(std::move(round));
  leave_out_the_usual();
}

// A round that is no longer among the last stays if it is among the first or the slowest. What was
// left out was faster than these, so the slowest of those still there are the slowest of all.
void Timeline::leave_out_the_usual() {
  const auto is_slower = [](const RoundTimeline& one, const RoundTimeline& other) {
    const Duration difference = (one.end - one.begin) - (other.end - other.begin);
    return difference > Duration() || (difference == Duration() && one.number < other.number);
  };
  const auto is_usual = [&](const RoundTimeline& round) {
    if (static_cast<std::size_t>(round.number) < kept_.first) return false;
    if (static_cast<std::size_t>(count_ - round.number) <= kept_.last) return false;
    const auto slower =
        std::count_if(rounds_.begin(), rounds_.end(),
                      [&](const RoundTimeline& other) { return is_slower(other, round); });
    return static_cast<std::size_t>(slower) >= kept_.slowest;
  };
  while (true) {
    const auto usual = std::find_if(rounds_.begin(), rounds_.end(), is_usual);
    if (usual == rounds_.end()) return;
    rounds_.erase(usual);
  }
}

}  // namespace palsim
