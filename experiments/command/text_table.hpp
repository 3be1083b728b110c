// Columns that align: names to the left, figures to the right.
#pragma once

#include <string>
#include <vector>

namespace palsim {

using TextRow = std::vector<std::string>;

// Rows of equal length, the first being the header, under which a rule is drawn. An empty row draws
// a rule, too. The first `names` columns are names.
std::string text_table(const std::vector<TextRow>& rows, std::size_t names = 1);

}  // namespace palsim
