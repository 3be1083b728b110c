#include "experiments/command/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

#include "experiments/command/help_text.hpp"
#include "experiments/command/option_text.hpp"
#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

void require_choices(const po::options_description& options, const CommandValues& values) {
  for (const OptionText& option : option_texts(options)) {
    const std::vector<std::string> choices = choices_of(option.value);
    const std::string name = option.name.substr(2);
    // Behind an optional value's option may stand what is none.
    if (choices.empty() || option.takes != OptionValue::required || values.count(name) == 0) {
      continue;
    }
    require_choice(name, values[name].as<std::string>(), choices);
  }
}

}  // namespace

std::optional<CommandValues> parse_command(const CommandDescription& command,
                                           const po::options_description& options,
                                           const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(options).add_options()("help,h", "show this help")(command.positional.c_str(),
                                                             po::value<std::vector<std::string>>());
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
  if (values.count("help") == 0) {
    require_choices(options, values);
    return values;
  }
  std::cout << help_text(command, options, help_width());
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
  const bool vowel = std::string("aeiou").find(option.front()) != std::string::npos;
  require<InputError>(std::find(choices.begin(), choices.end(), chosen) != choices.end(),
                      "--{0} {1}: not {2} {0}{3}", option, chosen, vowel ? "an" : "a",
                      suggestion(chosen, choices));
}

}  // namespace palsim
