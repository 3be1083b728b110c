#include "experiments/command/option_text.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string/split.hpp>

namespace palsim {
namespace {

namespace po = boost::program_options;

OptionValue value_of(const po::value_semantic& semantic) {
  if (semantic.max_tokens() == 0) return OptionValue::none;
  return semantic.min_tokens() == 0 ? OptionValue::optional : OptionValue::required;
}

// Boost calls an optional one "[=NAME(=implied)]".
std::string value_name_of(const std::string& parameter) {
  const std::size_t begin = parameter.find_first_not_of("[=");
  return parameter.substr(begin, parameter.find('(') - begin);
}

}  // namespace

std::vector<OptionText> option_texts(const po::options_description& options) {
  std::vector<OptionText> texts{
      {.name = "--help", .letter = "-h", .value = "", .meaning = "show this help"}};
  for (const auto& option : options.options()) {
    OptionText& text = texts.emplace_back();
    text.name = "--" + option->long_name();
    text.takes = value_of(*option->semantic());
    if (text.takes != OptionValue::none) text.value = value_name_of(option->format_parameter());
    text.meaning = option->description();
  }
  return texts;
}

std::string spelling_of(const OptionText& option) {
  const std::string names =
      option.letter.empty() ? option.name : fmt::format("{}, {}", option.letter, option.name);
  if (option.takes == OptionValue::none) return names;
  const bool optional = option.takes == OptionValue::optional;
  return optional ? fmt::format("{} [{}]", names, option.value)
                  : fmt::format("{} {}", names, option.value);
}

std::vector<std::string> choices_of(const std::string& value_name) {
  if (value_name.find('|') == std::string::npos) return {};
  std::vector<std::string> words;
  boost::split(words, value_name, [](char c) { return c == '|'; });
  return words;
}

}  // namespace palsim
