// What the simulator says of an experiment's methods as one number of it varies.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "experiments/command/team.hpp"
#include "experiments/inverse/unknown.hpp"

namespace palsim {

// Some methods of an experiment, on one of its numbers of workers.
struct Subject {
  std::string experiment;
  std::vector<std::string> overrides;
  std::size_t run = 0;
  std::vector<std::string> labels;
  std::vector<std::string> methods;  // their names
};

// Of one method, as `palsim predict` has it.
struct MethodFigures {
  Rank workers = 1;
  double utilization = 0;
  double wall_clock_s = 0;  // mean over the seeds
};

class Curve {
 public:
  Curve(Subject subject, Unknown unknown);

  const Subject& subject() const { return subject_; }
  const Unknown& unknown() const { return unknown_; }

  // Evaluates the grids of all curves, in parallel; the result does not depend on the number of
  // threads. Throws InputError where the experiment refuses a start.
  static void sample(std::vector<Curve>& curves, const Progress& progress);

  // One for each label. Remembered; throws InputError where the experiment refuses the number.
  const std::vector<MethodFigures>& at(Place place);

  // On the unknown's grid, ascending, down and up from its start to the first number that the
  // experiment refuses; to be called after `sample`.
  std::vector<CurveSample> samples(
      const std::function<double(const std::vector<MethodFigures>&)>& figure);

  // Why it ends before the unknown's range does: "4 is refused: ...", for each end.
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  // The last place that the experiment takes, by bisection between one that it does and one that it
  // does not.
  Place edge_between(Place taken, Place refused);
  std::vector<MethodFigures> evaluated(Place place) const;

  Subject subject_;
  Unknown unknown_;
  std::map<std::string, std::vector<MethodFigures>> known_;  // by text
  std::vector<Place> sampled_;
  std::vector<std::string> refusals_;
};

}  // namespace palsim
