// palsim report EXPERIMENT|RESULT...
#pragma once

#include <string>
#include <vector>

namespace palsim {

// Throws InputError; writes one HTML file.
void report_command(const std::vector<std::string>& arguments);

}  // namespace palsim
