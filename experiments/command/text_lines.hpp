// Text as lines of words that know where they stand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace palsim {

struct TextWord {
  std::string_view text;
  std::uint32_t column = 1;
};

struct TextLine {
  std::string_view text;
  std::uint32_t number = 1;
};

// Without line ends of either kind.
std::vector<TextLine> lines_of(std::string_view text);

// What stands between characters of `separators`, empty words left out. `text` is part of `line`.
std::vector<TextWord> words_of(const TextLine& line, std::string_view text,
                               std::string_view separators = " \t\r\v\f");

std::string_view trimmed(std::string_view text);

// The whole of `text` as a number; none if it is not one.
std::optional<std::int64_t> whole_number(std::string_view text);
std::optional<double> finite_number(std::string_view text);

// At most 60 characters of what was found, in quotes, for messages.
std::string shown(std::string_view text);

}  // namespace palsim
