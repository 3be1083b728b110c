#include "experiments/command/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/split.hpp>
#include <iostream>

#include "sim/core/error.hpp"
#include "sim/core/nearest.hpp"

namespace palsim {
namespace {

// "--format FORMAT" without the option.
std::string value_name_of(const po::option_description& option) {
  if (option.semantic()->max_tokens() == 0) return "";
  const std::string parameter =
      option.format_parameter();  // "[=NAME(=implied)]" of an optional one
  const std::size_t begin = parameter.find_first_not_of("[=");
  return parameter.substr(begin, parameter.find('(') - begin);
}

void require_choices(const po::options_description& options, const CommandValues& values) {
  for (const auto& option : options.options()) {
    const std::vector<std::string> choices = choices_of(value_name_of(*option));
    const std::string& name = option->long_name();
    const bool is_optional = option->semantic()->min_tokens() == 0;  // may be another word
    if (choices.empty() || is_optional || values.count(name) == 0) continue;
    require_choice(name, values[name].as<std::string>(), choices);
  }
}

}  // namespace

std::vector<std::string> choices_of(const std::string& value_name) {
  if (value_name.find('|') == std::string::npos) return {};
  std::vector<std::string> words;
  boost::split(words, value_name, [](char c) { return c == '|'; });
  return words;
}

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
  if (values.count("help") == 0) {
    require_choices(options, values);
    return values;
  }
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
  const bool vowel = std::string("aeiou").find(option.front()) != std::string::npos;
  require<InputError>(std::find(choices.begin(), choices.end(), chosen) != choices.end(),
                      "--{0} {1}: not {2} {0}{3}", option, chosen, vowel ? "an" : "a",
                      suggestion(chosen, choices));
}

}  // namespace palsim
