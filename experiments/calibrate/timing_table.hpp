// Measured times as a CSV of two columns, a size and a time: "size_bytes,time_us". The size is
// called size_bytes or bytes, the time time_ns, time_us, time_ms or time_s.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/calibrate/collective_log.hpp"
#include "experiments/command/text_lines.hpp"

namespace palsim {

// Whether the first line that says something has two columns.
bool is_timing_table(const std::vector<TextLine>& lines);

// At least one row; throws InputError.
std::vector<LogRow> parse_timing_table(std::string_view text, const std::string& source);

}  // namespace palsim
