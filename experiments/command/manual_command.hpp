// palsim man: the manual page.
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command manual_command();

}  // namespace palsim
