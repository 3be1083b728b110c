// palsim choose EXPERIMENT
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command choose_command();

}  // namespace palsim
