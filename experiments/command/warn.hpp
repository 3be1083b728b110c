// Warnings on standard error.
#pragma once

#include <string>

namespace palsim {

// Lines that begin with "warning: ", a word that a terminal shows in colour.
void warn(const std::string& lines);

}  // namespace palsim
