// palsim and all its subcommands.
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

// A new subcommand is a line here and in the .cpp file; help, completion and the manual page take
// its words from there.
const Command& palsim_command();

}  // namespace palsim
