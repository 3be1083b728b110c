// palsim import FILE
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command import_command();

}  // namespace palsim
