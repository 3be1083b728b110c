// What every printing of a table measures.
#pragma once

#include "experiments/command/text_table.hpp"

namespace palsim {

enum class Side { left, right };

// The widest cell's of each column.
std::vector<std::size_t> column_widths(const std::vector<TextRow>& rows);

// Filled up with blanks.
std::string aligned(const std::string& text, std::size_t width, Side side);

double longest_of(const std::vector<TimeSplit>& splits);

}  // namespace palsim
