#include "experiments/command/text_table.hpp"

#include <algorithm>
#include <numeric>

#include "experiments/command/table_layout.hpp"

namespace palsim {
namespace {

constexpr std::size_t gap = 2;

// Neither breaks a line nor commands the terminal.
std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = '?';
  }
  return text;
}

std::size_t bar_columns(std::size_t before, const TextStyle& style) {
  constexpr std::size_t least = 20;
  constexpr std::size_t most = 80;
  return style.width < before + least ? least : std::min(most, style.width - before);
}

Tone tone_of(const Table& table, std::size_t row) {
  if (row == 0) return Tone::faint;
  return table.best == row ? Tone::strong : Tone::plain;
}

std::string line_of(const TextRow& row, const std::vector<std::size_t>& widths, std::size_t names) {
  std::string line;
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (c > 0) line += std::string(gap, ' ');
    line += aligned(row[c], widths[c], c < names ? Side::left : Side::right);
  }
  return line;
}

}  // namespace

std::string text_table(const Table& table, const TextStyle& style) {
  require_bars_fit(table);
  std::vector<TextRow> rows = table.rows;
  for (TextRow& row : rows) std::transform(row.begin(), row.end(), row.begin(), printable);
  const std::vector<std::size_t> widths = column_widths(rows);
  std::size_t total = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  const std::size_t bars = table.splits.empty() ? 0 : bar_columns(total + gap, style);
  if (bars > 0) total += gap + bars;
  const std::string rule = toned(std::string(total, '-'), Tone::faint, style) + '\n';
  const double longest_s = longest_of(table.splits);
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (rows[r].empty()) {
      text += rule;
      continue;
    }
    std::string line = line_of(rows[r], widths, table.names);
    if (bars == 0) line.erase(line.find_last_not_of(' ') + 1);
    text += toned(line, tone_of(table, r), style);
    if (bars > 0) {
      text +=
          std::string(gap, ' ') +
          (r == 0 ? split_legend(style) : split_bar(table.splits[r - 1], longest_s, bars, style));
    }
    text += '\n';
    if (r == 0) text += rule;
  }
  return text;
}

}  // namespace palsim
