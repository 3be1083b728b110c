// palsim calibrate machine
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command calibrate_machine_command();

}  // namespace palsim
