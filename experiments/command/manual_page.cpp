#include "experiments/command/manual_page.hpp"

#include <fmt/format.h>

#include <boost/algorithm/string/case_conv.hpp>

#include "experiments/command/help_text.hpp"
#include "experiments/command/option_text.hpp"

namespace palsim {
namespace {

// What roff prints as it stands: a dash is one that a shell takes, no line is a request.
std::string escaped(const std::string& text) {
  std::string roff;
  for (const char c : text) {
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else if (c == '\'') {
      roff += "\\(aq";
    } else {
      roff += c;
    }
  }
  return text.starts_with('.') ? "\\&" + roff : roff;
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string slanted(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string entry(const std::string& name, const std::string& meaning) {
  return fmt::format(".TP\n{}\n{}\n", name, escaped(meaning));
}

std::string flowing(const std::string& summary) {
  std::string text;
  for (const std::string& paragraph : paragraphs_of(summary)) {
    const std::size_t begin = paragraph.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    const std::size_t gap = paragraph.find("  ", begin);
    if (begin == 0 || gap == std::string::npos) {
      text += fmt::format(".PP\n{}\n", escaped(paragraph.substr(begin)));
    } else {
      text += entry(bold(paragraph.substr(begin, gap - begin)),
                    paragraph.substr(paragraph.find_first_not_of(' ', gap)));
    }
  }
  return text;
}

std::string spelling(const OptionText& option) {
  std::string text = option.letter.empty() ? "" : bold(option.letter) + ", ";
  text += bold(option.name);
  if (option.takes == OptionValue::none) return text;
  const bool optional = option.takes == OptionValue::optional;
  return text + (optional ? " [" + slanted(option.value) + "]" : ' ' + slanted(option.value));
}

std::string example(const CommandDescription& description) {
  if (description.example.empty()) return "";
  return fmt::format(".PP\nExample:\n.PP\n.RS 4\n.nf\n{}\n.fi\n.RE\n",
                     escaped(description.example));
}

std::string options_of(const Command& command) {
  std::string text;
  for (const OptionText& option : option_texts(command.options)) {
    text += entry(spelling(option), option.meaning);
  }
  return text;
}

std::string command_text(const Command& command) {
  std::string text;
  if (command.run != nullptr) {
    const CommandDescription& description = command.description;
    text += fmt::format(".SS \"{}\"\n.PP\n{} {} [OPTION]...\n", escaped(full_name(description)),
                        bold(full_name(description)), escaped(description.usage));
    text += flowing(description.summary);
    text += options_of(command);
    for (const HelpSection& section : description.sections) {
      text += fmt::format(".PP\n{}:\n", escaped(section.title)) + flowing(section.text);
    }
    text += example(description);
  }
  for (const Command& sub : command.subcommands) text += command_text(sub);
  return text;
}

}  // namespace

std::string manual_page(const Command& root) {
  const CommandDescription& description = root.description;
  const std::string name = full_name(description);
  std::string text = fmt::format(
      ".TH {} 1 \"\" \"{} {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{} {}\n",
      boost::to_upper_copy(name), name, PALSIM_VERSION, name, escaped(description.brief),
      bold(name), escaped(description.usage));
  text += ".SH DESCRIPTION\n" + flowing(description.summary) + example(description);
  text += ".SH OPTIONS\n" + options_of(root) + ".SH COMMANDS\n" + command_text(root);
  for (const HelpSection& section : description.sections) {
    text +=
        fmt::format(".SH \"{}\"\n", boost::to_upper_copy(section.title)) + flowing(section.text);
  }
  return text;
}

}  // namespace palsim
