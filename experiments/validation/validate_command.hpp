// palsim validate: predictions held against measurements that others made.
#pragma once

#include <string>
#include <vector>

namespace palsim {

void validate_command(const std::vector<std::string>& arguments);

}  // namespace palsim
