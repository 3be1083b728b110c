// palsim network: what a cluster's network does on its own.
#pragma once

#include <string>
#include <vector>

namespace palsim {

void network_command(const std::vector<std::string>& arguments);

}  // namespace palsim
