// A subcommand as a value: the words that help, completion and the manual page are made of, its
// options, and what it does. Subcommands of a subcommand make a tree, whose root is palsim itself.
#pragma once

#include "experiments/command/command_line.hpp"

namespace palsim {

struct Command {
  CommandDescription description;
  po::options_description options = po::options_description();
  // Throws InputError; writes results to standard output. None where there are subcommands.
  void (*run)(const std::vector<std::string>& words) = nullptr;
  std::vector<Command> subcommands = {};
};

// "palsim", "palsim calibrate network".
std::string full_name(const CommandDescription& description);
// The last of it.
std::string last_word(const CommandDescription& description);

// `words` begin with a subcommand's, if it has any; help is printed if they ask for it. Throws
// InputError.
void run_command(const Command& command, const std::vector<std::string>& words);

}  // namespace palsim
