// palsim predict EXPERIMENT...
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command predict_command();

}  // namespace palsim
