// palsim validate: predictions held against measurements that others made.
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command validate_command();

}  // namespace palsim
