// What a command tells people: lines, paragraphs and tables, however they are printed.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "experiments/command/text_table.hpp"

namespace palsim {

struct Line {
  std::string text;  // as it stands; an empty one sets apart
};
struct Paragraph {
  std::string text;  // to be broken into lines
};

using TextReport = std::vector<std::variant<Line, Paragraph, Table>>;

// The parts of `more` behind those of `report`.
void append(TextReport& report, TextReport more);

std::string plain_text(const TextReport& report, const TextStyle& style = {});
std::string markdown(const TextReport& report);

// For standard output, as --format table or markdown asks.
std::string printed(const TextReport& report, std::string_view format);

}  // namespace palsim
