// When the steps of a run were done, and where a worker's time went until then: exactly at the
// meetings of the workers, and evenly between them. Of the meetings those are kept that lie a
// certain share of the way so far apart: all of them early in a run, and some hundreds of a long
// one.
#pragma once

#include <vector>

#include "sim/core/time.hpp"
#include "sim/methods/worker.hpp"
#include "sim/replay/tally.hpp"

namespace palsim {

class StepClock {
 public:
  // Of a run of `steps` steps; a share of 0 keeps all meetings.
  explicit StepClock(Step steps, double share = 1.0 / 64) : steps_(steps), share_(share) {}

  // `done` steps were done at `time`, which never goes back, with the mean worker's account so far;
  // of several times the last counts.
  void note(Step done, Time time, const Tally& spent = {});

  Step steps() const { return steps_; }
  // When `done` steps were done, a share of a step included: from 0 to steps(), else InternalError.
  double seconds_at(double done) const;
  // The mean worker's account then.
  Tally spent_at(double done) const;
  // How many steps were done after so long: at most steps().
  double steps_at(double seconds) const;

 private:
  struct Knot {
    double done = 0;
    double seconds = 0;
    Tally spent = {};
  };
  // The knot at `done`, or the two around it, of which the second has this share.
  struct Place {
    const Knot& below;
    const Knot& above;
    double share = 0;
  };
  Place place_of(double done) const;

  Step steps_;
  double share_;
  std::vector<Knot> knots_{{}};  // ascending, from {0, 0}; the last is the last that was noted
};

}  // namespace palsim
