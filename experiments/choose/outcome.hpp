// What a candidate comes to under a question: its predicted clocks joined with its losses, step by
// step.
#pragma once

#include <optional>
#include <vector>

#include "experiments/choose/candidate.hpp"
#include "experiments/choose/question.hpp"
#include "experiments/loss/loss_source.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {

// Over every pair of a simulated run (jitter, coins) and a loss curve (initialization, order of
// data), which know nothing of each other.
struct Outcome {
  TimedCandidate timed;
  LossAnswer losses;   // no curves: quality was not asked for
  Percentiles steps;   // until the answer
  Percentiles time_s;  // until the answer; infinite where the target is never reached
  Percentiles loss;    // then; NaN without curves
  double reached = 1;  // share of the pairs that reach the target
  // One worker's account until the median answer, or of the whole run where there is none: the mean
  // of the simulated runs.
  Tally spent;

  double compute_s() const { return spent.gradient_s + spent.other_compute_s; }
  double total_s() const { return compute_s() + spent.communication_s + spent.waiting_s; }
  double utilization() const { return total_s() > 0 ? spent.gradient_s / total_s() : 0; }
};

// Nothing is extrapolated: a curve ends with its last step, and so does a run with its. A curve
// that ends before a time budget counts with its last loss, and a doubt says so; after equal steps
// that it does not have, it has no loss.
Outcome outcome_of(TimedCandidate timed, LossAnswer losses, const Question& question);

// The median over the pairs of the loss after so long, where the curves begin and end: nothing
// before every curve's first step; after its end a curve keeps its last loss.
std::optional<double> median_loss_at(const Outcome& outcome, double seconds);

}  // namespace palsim
