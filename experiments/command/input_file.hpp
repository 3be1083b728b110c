// Files that other programs wrote: logs, dumps.
#pragma once

#include <string>

namespace palsim {

// All of it. Throws InputError if the file cannot be read or has more than 16 MiB; `what` says what
// it should be: "a dump or a matrix".
std::string read_whole_file(const std::string& path, const std::string& what);

}  // namespace palsim
