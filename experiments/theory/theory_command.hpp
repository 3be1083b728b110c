// palsim theory EXPERIMENT
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command theory_command();

}  // namespace palsim
