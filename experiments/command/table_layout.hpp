// What every printing of a table measures.
#pragma once

#include "experiments/command/text_table.hpp"

namespace palsim {

enum class Side { left, right };

// The widest cell's of each column.
std::vector<std::size_t> column_widths(const std::vector<TextRow>& rows);

// Filled up with blanks.
std::string aligned(const std::string& text, std::size_t width, Side side);

// A rule has no bar, so a table has rules or bars, and a bar for each row or none.
void require_bars_fit(const Table& table);

double longest_of(const std::vector<TimeSplit>& splits);

}  // namespace palsim
