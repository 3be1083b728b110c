#include "experiments/command/command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string/case_conv.hpp>
#include <iostream>

#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

void print_help(const Command& command) {
  const std::string name = full_name(command.description);
  std::cout << fmt::format("{}\n\nUsage: {} {}\n\n", command.description.summary, name,
                           command.description.usage);
  for (const Command& sub : command.subcommands) {
    std::cout << fmt::format("  {:10} {}\n", last_word(sub.description), sub.description.brief);
  }
  const std::string& kind = command.description.positional;
  std::cout << fmt::format(
      "\n{} {} --help tells more{}.\n", name, boost::to_upper_copy(kind),
      command.description.name.empty() ? "; palsim --version names the version" : "");
}

}  // namespace

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
  if (words[0] == "--help" || words[0] == "-h") return print_help(command);
  for (const Command& sub : command.subcommands) {
    if (words[0] == last_word(sub.description)) {
      return run_command(sub, {words.begin() + 1, words.end()});
    }
  }
  throw InputError(fmt::format("{} {}: not a {}{}", full_name(command.description), words[0], kind,
                               suggestion(words[0], known)));
}

}  // namespace palsim
