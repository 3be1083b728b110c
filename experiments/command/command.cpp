#include "experiments/command/command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>

#include "experiments/command/help_text.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {

std::string full_name(const CommandDescription& description) {
  return description.name.empty() ? "palsim" : "palsim " + description.name;
}

std::string last_word(const CommandDescription& description) {
  const std::string name = full_name(description);
  return name.substr(name.rfind(' ') + 1);
}

void run_command(const Command& command, const std::vector<std::string>& words) {
  if (command.run != nullptr) return command.run(words);
  const std::string& kind = command.description.positional;
  std::vector<std::string> known;
  for (const Command& sub : command.subcommands) known.push_back(last_word(sub.description));
  require<InputError>(!words.empty(), "{}: no {}; write one of {}", full_name(command.description),
                      kind, fmt::join(known, ", "));
  if (words[0] == "--help" || words[0] == "-h") {
    std::cout << help_text(command, help_width());
    return;
  }
  for (const Command& sub : command.subcommands) {
    if (words[0] == last_word(sub.description)) {
      return run_command(sub, {words.begin() + 1, words.end()});
    }
  }
  throw InputError(fmt::format("{} {}: not a {}{}", full_name(command.description), words[0], kind,
                               suggestion(words[0], known)));
}

}  // namespace palsim
