// palsim explore
#pragma once

#include <string>
#include <vector>

namespace palsim {

// Serves the explorer's page until it is interrupted, or writes it to a file. Throws InputError.
void explore_command(const std::vector<std::string>& arguments);

}  // namespace palsim
