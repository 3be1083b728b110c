// palsim import FILE
#pragma once

#include <string>
#include <vector>

namespace palsim {

// Throws InputError; writes the topology file to standard output or to --out.
void import_command(const std::vector<std::string>& arguments);

}  // namespace palsim
