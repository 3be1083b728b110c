#include "experiments/command/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {

std::optional<CommandValues> parse_command(const CommandDescription& command,
                                           const po::options_description& options,
                                           const std::vector<std::string>& arguments) {
  po::options_description shown("Options");
  shown.add_options()("help,h", "show this help");
  for (const auto& option : options.options()) shown.add(option);
  po::options_description all;
  all.add(shown).add_options()(command.positional.c_str(), po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add(command.positional.c_str(), -1);
  CommandValues values;
  try {
    po::store(
        po::command_line_parser(arguments)
            .options(all)
            .positional(positional)
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
  } catch (const po::error& error) {
    throw InputError(
        fmt::format("palsim {0}: {1}; see palsim {0} --help", command.name, error.what()));
  }
  if (values.count("help") == 0) return values;
  std::cout << fmt::format("Usage: palsim {} {} [OPTION]...\n{}\n\n", command.name, command.usage,
                           command.summary)
            << shown;
  if (!command.example.empty()) std::cout << fmt::format("\nExample: {}\n", command.example);
  return std::nullopt;
}

std::string one_experiment(const CommandDescription& command, const CommandValues& values) {
  const auto experiments = value_or<std::vector<std::string>>(values, "experiment", {});
  require<InputError>(experiments.size() == 1, "palsim {}: {} experiments; write the name of one",
                      command.name,
                      experiments.empty() ? "no" : fmt::format("{}", experiments.size()));
  return experiments.front();
}

void require_choice(const std::string& option, const std::string& chosen,
                    const std::vector<std::string>& choices) {
  require<InputError>(std::find(choices.begin(), choices.end(), chosen) != choices.end(),
                      "--{0} {1}: not a {0}{2}", option, chosen, suggestion(chosen, choices));
}

}  // namespace palsim
