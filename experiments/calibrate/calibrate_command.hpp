// palsim calibrate: what measurements say of a cluster.
#pragma once

#include <string>
#include <vector>

namespace palsim {

// `arguments` follow the word "calibrate". Throws InputError.
void calibrate_command(const std::vector<std::string>& arguments);

}  // namespace palsim
