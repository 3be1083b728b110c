// An option as help, completion and the manual page show it.
#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

namespace palsim {

enum class OptionValue { none, required, optional };

struct OptionText {
  std::string name;    // "--help"
  std::string letter;  // "-h"; mostly none
  OptionValue takes = OptionValue::none;
  std::string value;  // its name: "FILE", "table|json|csv"
  std::string meaning;
};

// In their order, --help first, which every command has.
std::vector<OptionText> option_texts(const boost::program_options::options_description& options);

// "-h, --help", "--format table|json", "--probe [cpu|cuda]".
std::string spelling_of(const OptionText& option);

// The words that the name of a value lists: "table|json|csv"; none for other names.
std::vector<std::string> choices_of(const std::string& value_name);

}  // namespace palsim
