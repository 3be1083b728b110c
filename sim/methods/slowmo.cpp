#include "sim/methods/slowmo.hpp"

namespace palsim {

Program slowmo(Worker& worker, LocalPhase phase) {
  co_await warm_up(worker, phase);
  for (const Step step : worker.steps(phase.span())) {
    co_await worker.gradient_step();
    if (phase.round_ends(step)) {
      co_await worker.all_reduce(Payload::parameters);
      co_await worker.outer_step(OuterOptimizer::slow_momentum);
    }
  }
}

Method read_slowmo(TableReader& table, Step steps) {
  const LocalPhase phase = read_local_phase(table, steps);
  constexpr int copies = 2;  // x_prev and u
  Method method = read_local_method(table, "slowmo", phase, copies);
  // The paper keeps alpha = 1 and tunes beta; this is in the middle of what it tries.
  method.outer = read_outer(table, {.learning_rate = 1, .momentum = 0.6});
  method.start = [phase](Worker& worker) { return slowmo(worker, phase); };
  return method;
}

}  // namespace palsim
