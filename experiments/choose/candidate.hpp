// What can be chosen: a method with its H and p on so many workers, and what it takes.
#pragma once

#include <string>
#include <vector>

#include "experiments/experiment/experiment.hpp"
#include "experiments/predict/prediction.hpp"

namespace palsim {

struct Candidate {
  LabelledMethod method;
  Rank workers = 1;
  Step steps = 1;
};

// "PALSGD, H = 64, p = 0.1, 8 workers": H and p where the method has them.
std::string name_of(const Candidate& candidate);

// What each method of an experiment is tried with; an empty list leaves what the experiment says.
struct Choices {
  std::string methods;  // labels or names, separated by commas; empty: all
  std::vector<Step> sync_intervals;
  std::vector<double> mix_probabilities;
};

// Every method at each of the experiment's numbers of workers with each H and p, as far as it has
// them: by workers, then methods as the experiment lists them, then H, then p. None twice. Throws
// InputError for a method that is not there.
std::vector<Candidate> candidates_of(const Experiment& experiment, const Choices& choices);

struct TimedCandidate {
  Candidate candidate;
  MethodPrediction prediction;  // with the clock of each seed's run
  Duration gradient_step;
  Bytes memory_at_hand;  // for one worker

  bool fits() const { return prediction.memory_per_worker <= memory_at_hand; }
};

// Candidates of as many workers, which take as many steps, run in parallel; the result does not
// depend on the number of threads.
std::vector<TimedCandidate> time_candidates(const Experiment& experiment,
                                            const std::vector<Candidate>& candidates,
                                            const Progress& progress);

}  // namespace palsim
