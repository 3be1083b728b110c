#include "experiments/command/wrapped.hpp"

#include <boost/algorithm/string/split.hpp>
#include <vector>

#include "experiments/command/display_width.hpp"

namespace palsim {

std::string wrapped(const std::string& text, std::size_t width, std::size_t indent) {
  std::vector<std::string> words;
  boost::split(words, text, [](char c) { return c == ' '; });
  std::string lines;
  std::size_t column = 0;
  bool begun = false;  // the line has a word
  for (const std::string& word : words) {
    const std::size_t columns = display_width(word);
    const bool with_number = word.starts_with('%');
    if (!with_number && begun && column + 1 + columns > width) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
      begun = false;
    }
    if (begun) {
      lines += ' ';
      ++column;
    }
    column += columns;
    begun = begun || !word.empty();
    lines += word;
  }
  return lines + '\n';
}

}  // namespace palsim
