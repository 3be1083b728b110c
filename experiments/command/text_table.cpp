#include "experiments/command/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace palsim {
namespace {

// Characters, not bytes: what UTF-8 continues is not counted.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string text_table(const std::vector<TextRow>& rows, std::size_t names) {
  constexpr std::size_t gap = 2;
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TextRow& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  const std::size_t total =
      std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  const std::string rule = std::string(total, '-') + '\n';
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].empty()) {
      text += rule;
      continue;
    }
    std::string line;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      const std::string padding(widths[c] - width_of(rows[r][c]), ' ');
      if (c > 0) line += std::string(gap, ' ');
      line += c < names ? rows[r][c] + padding : padding + rows[r][c];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    if (r == 0) text += rule;
  }
  return text;
}

}  // namespace palsim
