// palsim train EXPERIMENT --backend cpu
#pragma once

#include <string>
#include <vector>

namespace palsim {

// Throws InputError; writes results to standard output.
void train_command(const std::vector<std::string>& arguments);

}  // namespace palsim
