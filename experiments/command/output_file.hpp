// Output files that are whole or not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace palsim {

// Writes to a neighbour first and renames it: an interruption leaves what was there before. Throws
// InputError if the file cannot be written.
void write_whole_file(const std::string& path, std::string_view content);

// Throws InputError if the path is that of one of the `inputs`; `option` names it.
void require_no_input(const std::string& option, const std::string& path,
                      const std::vector<std::string>& inputs);

// Throws InputError if two options name one file to write.
void require_other_file(const std::string& option, const std::string& path,
                        const std::string& other_option, const std::string& other_path);

// Throws InputError now rather than after long work if write_whole_file could not write there.
void require_writable(const std::string& path);

}  // namespace palsim
