// The manual page palsim(1), of the words that help is made of.
#pragma once

#include <string>

#include "experiments/command/command.hpp"

namespace palsim {

// In roff, with man's macros: `root` and all that is below it.
std::string manual_page(const Command& root);

}  // namespace palsim
