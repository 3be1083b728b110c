// All commands that do something, with those within others.
#pragma once

#include <vector>

#include "experiments/command/palsim_command.hpp"

namespace palsim {

inline void add_commands(const Command& command, std::vector<const Command*>& commands) {
  if (command.run != nullptr) commands.push_back(&command);
  for (const Command& sub : command.subcommands) add_commands(sub, commands);
}

inline std::vector<const Command*> every_command() {
  std::vector<const Command*> commands;
  add_commands(palsim_command(), commands);
  return commands;
}

}  // namespace palsim
