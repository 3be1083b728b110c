// palsim sweep: an experiment over a grid of values.
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command sweep_command();

}  // namespace palsim
