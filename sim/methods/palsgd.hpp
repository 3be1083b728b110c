// PALSGD (pseudo-asynchronous Local SGD, TMLR 2025, Algorithm 1): with probability p a worker skips
// its gradient and moves toward the last global model instead, x_k <- x_k - (alpha eta / p)
// (x_k - x_global); else it takes a gradient step at learning rate alpha / (1 - p). Every H steps
// all exchange the outer gradient as in DiLoCo.
#pragma once

#include "sim/methods/local_phase.hpp"

namespace palsim {

struct PalsgdOptions {
  LocalPhase phase;
  double mix_probability = 0;  // p, in [0, 1)
  double mix_rate = 1;         // eta
};

Program palsgd(Worker& worker, PalsgdOptions options);

// Keys: mix_probability, mix_rate, coin, outer_learning_rate, outer_momentum and those of a local
// method.
Method read_palsgd(TableReader& table, Step steps);

}  // namespace palsim
