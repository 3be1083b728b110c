// DiLoCo (Douillard et al., 2023, arXiv 2311.08105, Algorithm 1): every H steps the workers average
// the outer gradient x_global - x_k, and Nesterov SGD applies it to the global model, from which
// all go on. The inner optimizer's state stays local.
#pragma once

#include "sim/methods/local_phase.hpp"

namespace palsim {

Program diloco(Worker& worker, LocalPhase phase);

// The choice of the paper (its table of hyperparameters).
inline constexpr OuterSettings diloco_outer{.learning_rate = 0.7, .momentum = 0.9};

// Keys: outer_learning_rate, outer_momentum and those of a local method.
Method read_diloco(TableReader& table, Step steps);

}  // namespace palsim
