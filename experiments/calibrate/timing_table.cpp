#include "experiments/calibrate/timing_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "experiments/command/csv_table.hpp"

namespace palsim {
namespace {

struct Columns {
  std::string size;
  std::string time;
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

Columns columns_of(const CsvTable& table, const std::string& source) {
  const std::vector<std::string>& names = table.columns();
  for (const std::size_t size : {0, 1}) {
    if (names.size() != 2 || !is_size(names[size])) continue;
    const std::string& time = names[1 - size];
    if (const auto unit = unit_of_time(time)) return {names[size], time, *unit};
  }
  fail_at({source, 1, 1},
          fmt::format("{} is no header of a size and a time; write size_bytes,time_us",
                      shown(fmt::format("{}", fmt::join(names, ",")))));
}

}  // namespace

bool is_timing_table(const std::vector<TextLine>& lines) {
  const auto first = std::find_if(lines.begin(), lines.end(), [](const TextLine& line) {
    const std::string_view text = trimmed(line.text);
    return !text.empty() && !text.starts_with('#');
  });
  return first != lines.end() && std::count(first->text.begin(), first->text.end(), ',') == 1;
}

std::vector<LogRow> parse_timing_table(std::string_view text, const std::string& source) {
  const CsvTable table(text, source, {});
  const Columns columns = columns_of(table, source);
  std::vector<LogRow> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    rows.push_back(checked_row(table.integer(row, columns.size, 0),
                               table.number(row, columns.time, 0) * columns.time_unit_s,
                               table.origin_of(row, columns.size),
                               table.origin_of(row, columns.time)));
  }
  if (rows.empty()) {
    fail_at({source, 1, 1},
            "a header without rows; write a size and a time on each line, as 1048576,250.5");
  }
  return rows;
}

}  // namespace palsim
