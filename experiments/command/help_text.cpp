#include "experiments/command/help_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/split.hpp>

#include "experiments/command/display_width.hpp"
#include "experiments/command/option_text.hpp"
#include "experiments/command/terminal.hpp"
#include "experiments/command/wrapped.hpp"

namespace palsim {
namespace {

constexpr std::size_t margin = 2;

// "  name   meaning", the meaning at `column` and below itself; under a name that is too long.
std::string entry(const std::string& name, const std::string& meaning, std::size_t column,
                  std::size_t width) {
  const std::string begin = std::string(margin, ' ') + name;
  const std::size_t used = display_width(begin);
  // wrapped() takes each blank for a break, so the meaning is broken alone.
  const std::string lines = wrapped(std::string(column, '.') + meaning, width, column);
  const std::string text = lines.substr(column);
  if (used + margin > column) return begin + '\n' + std::string(column, ' ') + text;
  return begin + std::string(column - used, ' ') + text;
}

std::string flowing_text(const std::string& summary, std::size_t width) {
  std::string text;
  for (const std::string& paragraph : paragraphs_of(summary)) {
    const std::size_t begin = paragraph.find_first_not_of(' ');
    if (begin == 0) {
      text += wrapped(paragraph, width);
    } else if (begin == std::string::npos) {
      text += '\n';
    } else {
      const std::size_t gap = paragraph.find("  ", begin);
      const std::size_t meaning = paragraph.find_first_not_of(' ', gap);
      text += meaning == std::string::npos ? paragraph + '\n'
                                           : entry(paragraph.substr(begin, gap - begin),
                                                   paragraph.substr(meaning), meaning, width);
    }
  }
  return text;
}

std::string usage_text(const CommandDescription& command, const char* rest, std::size_t width) {
  constexpr std::size_t indent = 7;  // below the command
  return wrapped(fmt::format("Usage: {}{}{}{}", full_name(command),
                             command.usage.empty() ? "" : " ", command.usage, rest),
                 width, indent) +
         '\n';
}

std::string example_text(const CommandDescription& command) {
  return command.example.empty() ? "" : fmt::format("\nExample:\n  {}\n", command.example);
}

std::string options_text(const po::options_description& options, std::size_t width) {
  constexpr std::size_t most_column = 24;
  const std::vector<OptionText> texts = option_texts(options);
  std::size_t column = 0;
  for (const OptionText& option : texts) {
    const std::size_t needed = margin + display_width(spelling_of(option)) + margin;
    if (needed <= most_column) column = std::max(column, needed);
  }
  std::string text = "\nOptions:\n";
  for (const OptionText& option : texts) {
    text += entry(spelling_of(option), option.meaning, column, width);
  }
  return text;
}

std::string sections_text(const CommandDescription& command, std::size_t width) {
  std::string text;
  for (const HelpSection& section : command.sections) {
    text += fmt::format("\n{}:\n{}", section.title, flowing_text(section.text, width));
  }
  return text;
}

}  // namespace

std::vector<std::string> paragraphs_of(const std::string& summary) {
  std::vector<std::string> lines;
  boost::split(lines, summary, [](char c) { return c == '\n'; });
  std::vector<std::string> paragraphs;
  bool open = false;  // for the next line
  for (const std::string& line : lines) {
    const bool flows = !line.empty() && line.front() != ' ';
    if (open && flows) {
      paragraphs.back() += ' ' + line;
    } else {
      paragraphs.push_back(line);
    }
    open = flows;
  }
  return paragraphs;
}

std::string help_text(const CommandDescription& command, const po::options_description& options,
                      std::size_t width) {
  return usage_text(command, " [OPTION]...", width) + flowing_text(command.summary, width) +
         options_text(options, width) + sections_text(command, width) + example_text(command);
}

std::string help_text(const Command& command, std::size_t width) {
  const CommandDescription& description = command.description;
  std::size_t column = 0;
  for (const Command& sub : command.subcommands) {
    column = std::max(column, margin + last_word(sub.description).size() + margin);
  }
  std::string text =
      usage_text(description, "", width) + flowing_text(description.summary, width) + '\n';
  for (const Command& sub : command.subcommands) {
    text += entry(last_word(sub.description), sub.description.brief, column, width);
  }
  text += options_text(command.options, width) + sections_text(description, width) +
          example_text(description);
  text += fmt::format("\n{} {} --help tells more.\n", full_name(description),
                      boost::to_upper_copy(description.positional));
  return text;
}

std::size_t help_width() {
  constexpr std::size_t usual = 80;
  constexpr std::size_t most = 100;
  return isatty(STDOUT_FILENO) == 0 ? usual : std::min(most, style_of(STDOUT_FILENO).width);
}

}  // namespace palsim
