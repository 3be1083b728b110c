// What all subcommands' command lines share (Boost.Program_options): options and positional
// arguments, help, and one line for what is wrong.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <vector>

namespace palsim {

namespace po = boost::program_options;

// Of a help text or a manual page.
struct HelpSection {
  std::string title;
  std::string text;  // as a summary
};

struct CommandDescription {
  std::string name;        // "predict", "calibrate network"; empty: palsim itself
  std::string brief;       // what it is about, in a line under its parent's help
  std::string usage;       // "EXPERIMENT..."
  std::string summary;     // paragraphs; lines are joined, but indented ones stay
  std::string example;     // a command that works; may be empty
  std::string positional;  // the key of what stands without an option, in the values
  std::vector<HelpSection> sections = {};  // behind the options
};

using CommandValues = po::variables_map;

// The name of an option's value says what it may be: FILE, FOLDER, EXPERIMENT, CLUSTER, KEY=VALUE,
// or one of a few words: table|json|csv. Completion offers just those, and parse_command takes no
// others (but after an optional value, which may be another word).
inline po::typed_value<std::string>* one_of(const std::string& words) {
  return po::value<std::string>()->value_name(words);
}

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
