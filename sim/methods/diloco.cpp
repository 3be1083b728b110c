#include "sim/methods/diloco.hpp"

namespace palsim {

Program diloco(Worker& worker, LocalPhase phase) {
  co_await warm_up(worker, phase);
  for (const Step step : worker.steps(phase.span())) {
    co_await worker.gradient_step();
    if (phase.round_ends(step)) {
      co_await worker.all_reduce(Payload::outer_gradient);
      co_await worker.outer_step(OuterOptimizer::nesterov);
    }
  }
}

Method read_diloco(TableReader& table, Step steps) {
  const LocalPhase phase = read_local_phase(table, steps);
  constexpr int copies = 2;  // the global model and the outer momentum
  Method method = read_local_method(table, "diloco", phase, copies);
  method.outer = read_outer(table, diloco_outer);
  method.start = [phase](Worker& worker) { return diloco(worker, phase); };
  return method;
}

}  // namespace palsim
