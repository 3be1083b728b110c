#include "experiments/command/table_layout.hpp"

#include <algorithm>

#include "experiments/command/display_width.hpp"
#include "sim/core/error.hpp"

namespace palsim {

std::vector<std::size_t> column_widths(const std::vector<TextRow>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const TextRow& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], display_width(row[c]));
    }
  }
  return widths;
}

std::string aligned(const std::string& text, std::size_t width, Side side) {
  const std::string padding(width - display_width(text), ' ');
  return side == Side::left ? text + padding : padding + text;
}

void require_bars_fit(const Table& table) {
  if (table.splits.empty()) return;
  require(table.splits.size() + 1 == table.rows.size(), "{} bars of {} rows", table.splits.size(),
          table.rows.size());
  require(std::none_of(table.rows.begin(), table.rows.end(),
                       [](const TextRow& row) { return row.empty(); }),
          "a rule in a table with bars");
}

double longest_of(const std::vector<TimeSplit>& splits) {
  double longest_s = 0;
  for (const TimeSplit& split : splits) longest_s = std::max(longest_s, split.total_s());
  return longest_s;
}

}  // namespace palsim
