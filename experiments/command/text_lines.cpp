#include "experiments/command/text_lines.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace palsim {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  std::uint32_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back({text.substr(0, end), ++number});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<TextWord> words_of(const TextLine& line, std::string_view text,
                               std::string_view separators) {
  std::vector<TextWord> words;
  std::size_t begin = text.find_first_not_of(separators);
  while (begin != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    words.push_back({word, static_cast<std::uint32_t>(word.data() - line.text.data() + 1)});
    begin = text.find_first_not_of(separators, end);
  }
  return words;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\v\f";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  return number_in<std::int64_t>(text);
}

std::optional<double> finite_number(std::string_view text) {
  const std::optional<double> number = number_in<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::string shown(std::string_view text) {
  constexpr std::size_t most = 60;
  if (text.size() <= most) return fmt::format("'{}'", text);
  return fmt::format("'{}...'", text.substr(0, most));
}

}  // namespace palsim
