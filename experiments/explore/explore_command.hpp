// palsim explore
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

// Serves the explorer's page until it is interrupted, or writes it to a file.
Command explore_command();

}  // namespace palsim
