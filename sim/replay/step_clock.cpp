#include "sim/replay/step_clock.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {

// The last knot gives way unless it lies the share beyond the one before it.
void StepClock::note(Step done, Time time, const Tally& spent) {
  const Knot knot{static_cast<double>(done), time.in_seconds(), spent};
  const bool first = knots_.size() == 1;
  const Knot& last = knots_.back();
  const bool same = last.done == knot.done;
  if (!first && (same || last.done - knots_[knots_.size() - 2].done < share_ * last.done)) {
    knots_.back() = knot;
  } else {
    knots_.push_back(knot);
  }
}

StepClock::Place StepClock::place_of(double done) const {
  require(done >= 0 && done <= knots_.back().done, "step {} of a clock of {} steps", done, steps_);
  const auto above =
      std::lower_bound(knots_.begin(), knots_.end(), done,
                       [](const Knot& knot, double value) { return knot.done < value; });
  if (above->done == done || above == knots_.begin()) return {*above, *above};
  const Knot& below = *(above - 1);
  return {below, *above, (done - below.done) / (above->done - below.done)};
}

double StepClock::seconds_at(double done) const {
  const auto& [below, above, share] = place_of(done);
  return below.seconds + share * (above.seconds - below.seconds);
}

Tally StepClock::spent_at(double done) const {
  const auto& [below, above, share] = place_of(done);
  Tally before = below.spent;
  Tally after = above.spent;
  return (before *= 1 - share) += after *= share;
}

double StepClock::steps_at(double seconds) const {
  const auto above =
      std::upper_bound(knots_.begin(), knots_.end(), seconds,
                       [](double value, const Knot& knot) { return value < knot.seconds; });
  if (above == knots_.end()) return knots_.back().done;
  if (above == knots_.begin()) return 0;
  const Knot& below = *(above - 1);
  return below.done +
         (above->done - below.done) * (seconds - below.seconds) / (above->seconds - below.seconds);
}

}  // namespace palsim
