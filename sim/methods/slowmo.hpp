// SlowMo (Wang et al., ICLR 2020, Algorithm 1): Local SGD whose averages drive a slow momentum,
// u <- beta u + (x_prev - x_mean) / gamma and x <- x_prev - alpha gamma u, every H steps.
#pragma once

#include "sim/methods/local_phase.hpp"

namespace palsim {

Program slowmo(Worker& worker, LocalPhase phase);

// Keys: outer_learning_rate (alpha), outer_momentum (beta) and those of a local method.
Method read_slowmo(TableReader& table, Step steps);

}  // namespace palsim
