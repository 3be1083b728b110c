// palsim completion SHELL
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command completion_command();

}  // namespace palsim
