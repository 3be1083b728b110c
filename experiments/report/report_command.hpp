// palsim report EXPERIMENT|RESULT...
#pragma once

#include "experiments/command/command.hpp"

namespace palsim {

Command report_command();

}  // namespace palsim
