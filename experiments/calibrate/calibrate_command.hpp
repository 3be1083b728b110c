// palsim calibrate: what measurements say of a cluster.
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command calibrate_command();

}  // namespace palsim
