#include "experiments/calibrate/timing_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace palsim {
namespace {

// Two fields with their places, or none.
std::optional<std::array<LogWord, 2>> fields_of(const LogLine& line) {
  const std::size_t comma = line.text.find(',');
  if (comma == std::string_view::npos || line.text.find(',', comma + 1) != line.text.npos) {
    return std::nullopt;
  }
  const auto field = [&](std::string_view text) {
    const std::string_view inner = trimmed(text);
    const std::string_view from = inner.empty() ? text : inner;
    return LogWord{inner, static_cast<std::uint32_t>(from.data() - line.text.data() + 1)};
  };
  return std::array{field(line.text.substr(0, comma)), field(line.text.substr(comma + 1))};
}

std::vector<LogLine> lines_that_say_something(const std::vector<LogLine>& lines) {
  std::vector<LogLine> kept;
  for (const LogLine& line : lines) {
    const std::string_view text = trimmed(line.text);
    if (!text.empty() && !text.starts_with('#')) kept.push_back(line);
  }
  return kept;
}

struct Columns {
  std::size_t size = 0;  // the other is the time
  double time_unit_s = 1;
};

bool is_size(std::string_view name) { return name == "size_bytes" || name == "bytes"; }

std::optional<double> unit_of_time(std::string_view name) {
  if (name == "time_ns") return 1e-9;
  if (name == "time_us") return 1e-6;
  if (name == "time_ms") return 1e-3;
  if (name == "time_s") return 1;
  return std::nullopt;
}

Columns read_header(const LogLine& line, const std::string& source) {
  const std::array<LogWord, 2> names = *fields_of(line);
  for (const std::size_t size : {0, 1}) {
    const std::optional<double> unit = unit_of_time(names[1 - size].text);
    if (is_size(names[size].text) && unit) return {size, *unit};
  }
  fail_at({source, line.number, 1},
          fmt::format("{} is no header of a size and a time; write size_bytes,time_us",
                      shown(trimmed(line.text))));
}

}  // namespace

bool is_timing_table(const std::vector<LogLine>& lines) {
  const std::vector<LogLine> kept = lines_that_say_something(lines);
  return !kept.empty() && fields_of(kept.front()).has_value();
}

std::vector<LogRow> parse_timing_table(const std::vector<LogLine>& lines,
                                       const std::string& source) {
  const std::vector<LogLine> kept = lines_that_say_something(lines);
  const Columns columns = read_header(kept.front(), source);
  std::vector<LogRow> rows;
  for (std::size_t i = 1; i < kept.size(); ++i) {
    const std::uint32_t number = kept[i].number;
    const auto fields = fields_of(kept[i]);
    if (!fields) {
      fail_at({source, number, 1},
              fmt::format("{} has not two columns; write a size and a time, as 1048576,250.5",
                          shown(trimmed(kept[i].text))));
    }
    const LogWord size = (*fields)[columns.size];
    const LogWord time = (*fields)[1 - columns.size];
    const Origin size_origin{source, number, size.column};
    const Origin time_origin{source, number, time.column};
    const std::optional<std::int64_t> bytes = whole_number(size.text);
    if (!bytes) {
      fail_at(size_origin, fmt::format("size {}; write a whole number of bytes", shown(size.text)));
    }
    const std::optional<double> count = finite_number(time.text);
    if (!count) fail_at(time_origin, fmt::format("time {}; write a number", shown(time.text)));
    rows.push_back(checked_row(*bytes, *count * columns.time_unit_s, size_origin, time_origin));
  }
  if (rows.empty()) {
    fail_at({source, kept.front().number, 1},
            "a header without rows; write a size and a time on each line, as 1048576,250.5");
  }
  return rows;
}

}  // namespace palsim
