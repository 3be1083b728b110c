// palsim network: what a cluster's network does on its own.
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command network_command();

}  // namespace palsim
