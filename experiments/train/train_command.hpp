// palsim train EXPERIMENT --backend cpu
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command train_command();

}  // namespace palsim
