// What the local methods share: rounds of H steps between synchronizations, after a synchronous
// warm-up ("post-local SGD", Lin et al., ICLR 2020).
#pragma once

#include "sim/methods/method.hpp"

namespace palsim {

struct LocalPhase {
  Step steps = 0;          // of the whole run
  Step sync_interval = 1;  // H
  Step start_step = 0;     // the steps before it are the warm-up
  // overlapped: as DDP. with_optimizer_state: a blocking all-reduce of the gradients and of the
  // optimizer's state, as the PALSGD authors' code does.
  GradientExchange warm_up = GradientExchange::overlapped;

  StepSpan span() const { return {start_step, steps, sync_interval}; }
  bool round_ends(Step step) const { return (step + 1) % sync_interval == 0; }
};

// The steps before start_step, with synchronous gradients.
Program warm_up(Worker& worker, LocalPhase phase);

// Reads sync_interval, start_step and warm_up; a run that ends before start_step is all warm-up.
LocalPhase read_local_phase(TableReader& table, Step steps);

// Reads outer_learning_rate and outer_momentum.
OuterSettings read_outer(TableReader& table, OuterSettings fallback);

// A local method with its wire (sync_layout, sync_dtype, gradient_dtype, broadcast_buffers) read
// from the table; the caller sets `start`.
Method read_local_method(TableReader& table, std::string name, const LocalPhase& phase,
                         int parameter_copies);

}  // namespace palsim
