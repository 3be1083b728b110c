#include "experiments/command/text_report.hpp"

#include <unistd.h>

#include <iterator>

#include "experiments/command/terminal.hpp"
#include "experiments/command/wrapped.hpp"

namespace palsim {
namespace {

struct Plain {
  const TextStyle& style;
  std::string operator()(const Line& line) const { return line.text + '\n'; }
  std::string operator()(const Paragraph& paragraph) const {
    return wrapped(paragraph.text, style.width);
  }
  std::string operator()(const Table& table) const { return text_table(table, style); }
};

struct Markdown {
  std::string operator()(const Line& line) const { return of_text(line.text); }
  std::string operator()(const Paragraph& paragraph) const { return of_text(paragraph.text); }
  std::string operator()(const Table& table) const { return markdown_table(table); }

 private:
  static std::string of_text(const std::string& text) {
    const std::size_t begin = text.find_first_not_of(' ');  // four blanks would make it code
    return begin == std::string::npos ? "" : markdown_text(text.substr(begin)) + '\n';
  }
};

}  // namespace

void append(TextReport& report, TextReport more) {
  report.insert(report.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

std::string plain_text(const TextReport& report, const TextStyle& style) {
  std::string text;
  for (const auto& part : report) text += std::visit(Plain{style}, part);
  return text;
}

std::string markdown(const TextReport& report) {
  std::string text;
  for (const auto& part : report) {
    const std::string shown = std::visit(Markdown{}, part);
    if (shown.empty()) continue;
    text += (text.empty() ? "" : "\n") + shown;
  }
  return text;
}

std::string printed(const TextReport& report, std::string_view format) {
  return format == "markdown" ? markdown(report) : plain_text(report, style_of(STDOUT_FILENO));
}

}  // namespace palsim
