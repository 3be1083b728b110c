// A table for people, whatever it is printed as.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/command/split_bar.hpp"
#include "experiments/command/text_style.hpp"

namespace palsim {

using TextRow = std::vector<std::string>;

struct Table {
  std::vector<TextRow> rows;  // of equal length, the first being the header; an empty one is a rule
  std::size_t names = 1;      // so many columns at the left are names, the others figures
  std::optional<std::size_t> best = {};  // the row that stands out
  // Of the rows under the header: bars in a last column. Of all of them, and no rule, or of none.
  std::vector<TimeSplit> splits = {};
};

// Columns that align, names to the left, figures to the right, with a rule under the header; bars
// take what is left of the width.
std::string text_table(const Table& table, const TextStyle& style = {});

// GitHub's Markdown: it renders, and its source aligns, too.
std::string markdown_table(const Table& table);

// A text that Markdown shows as it is, on one line.
std::string markdown_text(const std::string& text);

}  // namespace palsim
