// palsim calibrate machine
#pragma once

#include <string>
#include <vector>

namespace palsim {

// Throws InputError; writes what was measured to standard output.
void calibrate_machine_command(const std::vector<std::string>& words);

}  // namespace palsim
