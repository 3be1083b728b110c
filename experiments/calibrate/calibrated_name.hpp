// What a cluster is called that a calibration writes.
#pragma once

#include <string>

namespace palsim {

// As its file, where that is a plain name, else `fallback`.
std::string name_for(const std::string& out, const std::string& fallback);

}  // namespace palsim
