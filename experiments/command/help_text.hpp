// What --help prints.
#pragma once

#include <string>
#include <vector>

#include "experiments/command/command.hpp"

namespace palsim {

std::string help_text(const CommandDescription& command, const po::options_description& options,
                      std::size_t width);
// Of a command that has subcommands.
std::string help_text(const Command& command, std::size_t width);

// The terminal's width, at most that of a comfortable line; 80 elsewhere.
std::size_t help_width();

// A summary's paragraphs: lines are joined, but an indented line stays as it is.
std::vector<std::string> paragraphs_of(const std::string& summary);

}  // namespace palsim
