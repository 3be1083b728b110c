// What all subcommands' command lines share (Boost.Program_options): options and positional
// arguments, help, and one line for what is wrong.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

namespace palsim {

namespace po = boost::program_options;

struct CommandDescription {
  std::string name;        // "predict"
  std::string usage;       // "EXPERIMENT..."
  std::string summary;     // whole lines
  std::string example;     // a command; may be empty
  std::string positional;  // the key of what stands without an option, in the values
};

using CommandValues = po::variables_map;

// Nothing if help was asked for: it is printed. --help is added to `options`. Throws InputError.
std::optional<CommandValues> parse_command(const CommandDescription& command,
                                           const po::options_description& options,
                                           const std::vector<std::string>& arguments);

// The one experiment that stands without an option. Throws InputError for none, or several.
std::string one_experiment(const CommandDescription& command, const CommandValues& values);

template <class T>
T value_or(const CommandValues& values, const char* name, T fallback) {
  return values.count(name) > 0 ? values[name].as<T>() : fallback;
}

// Throws InputError unless `chosen` is one of `choices`: "--format tabel: not a format; did you
// mean 'table'?".
void require_choice(const std::string& option, const std::string& chosen,
                    const std::vector<std::string>& choices);

}  // namespace palsim
