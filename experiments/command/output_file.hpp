// Output files that are whole or not there.
#pragma once

#include <string>
#include <string_view>

namespace palsim {

// Writes to a neighbour first and renames it: an interruption leaves what was there before. Throws
// InputError if the file cannot be written.
void write_whole_file(const std::string& path, std::string_view content);

// Throws InputError now rather than after long work if write_whole_file could not write there.
void require_writable(const std::string& path);

}  // namespace palsim
