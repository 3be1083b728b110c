#include <algorithm>
#include <cctype>

#include "experiments/command/table_layout.hpp"

namespace palsim {
namespace {

constexpr std::size_t least_width = 3;  // of a column: "---"
constexpr std::size_t bar_columns = 60;

// An underscore within a word emphasizes nothing.
bool is_within_word(const std::string& text, std::size_t at) {
  const auto is_word = [&](std::size_t place) {
    return place < text.size() && std::isalnum(static_cast<unsigned char>(text[place])) != 0;
  };
  return at > 0 && is_word(at - 1) && is_word(at + 1);
}

bool is_special(const std::string& text, std::size_t at) {
  if (text[at] == '_') return !is_within_word(text, at);
  if (text[at] == '#' || text[at] == '>') return at == 0;
  return std::string("\\`*|<[]~&").find(text[at]) != std::string::npos;
}

std::string row_line(const TextRow& row, const std::vector<std::size_t>& widths,
                     std::size_t names) {
  std::string line = "|";
  for (std::size_t c = 0; c < row.size(); ++c) {
    line += ' ' + aligned(row[c], widths[c], c < names ? Side::left : Side::right) + " |";
  }
  return line + '\n';
}

std::string rule_line(const std::vector<std::size_t>& widths, std::size_t names) {
  std::string line = "|";
  for (std::size_t c = 0; c < widths.size(); ++c) {
    const std::string dashes(widths[c] - 1, '-');
    line += c < names ? " :" + dashes + " |" : ' ' + dashes + ": |";
  }
  return line + '\n';
}

void add_bars(const Table& table, std::vector<TextRow>& rows) {
  const double longest_s = longest_of(table.splits);
  rows.front().push_back(split_legend({}));
  for (std::size_t r = 1; r < rows.size(); ++r) {
    rows[r].push_back('`' + split_bar(table.splits[r - 1], longest_s, bar_columns, {}) + '`');
  }
}

}  // namespace

std::string markdown_text(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\n') {
      shown += "<br>";
    } else if (static_cast<unsigned char>(text[at]) < ' ' || text[at] == 0x7f) {
      shown += '?';
    } else {
      if (is_special(text, at)) shown += '\\';
      shown += text[at];
    }
  }
  return shown;
}

std::string markdown_table(const Table& table) {
  require_bars_fit(table);
  std::vector<TextRow> rows;
  for (const TextRow& row : table.rows) {
    if (row.empty()) continue;
    TextRow& shown = rows.emplace_back();
    for (const std::string& cell : row) shown.push_back(markdown_text(cell));
  }
  std::size_t names = table.names;
  if (!table.splits.empty()) {
    add_bars(table, rows);
    names = rows.front().size();  // bars begin at the left
  }
  std::vector<std::size_t> widths = column_widths(rows);
  for (std::size_t& width : widths) width = std::max(width, least_width);
  std::string text = row_line(rows.front(), widths, names) + rule_line(widths, names);
  for (std::size_t r = 1; r < rows.size(); ++r) text += row_line(rows[r], widths, names);
  return text;
}

}  // namespace palsim
