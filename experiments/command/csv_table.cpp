#include "experiments/command/csv_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <boost/tokenizer.hpp>
#include <charconv>
#include <cmath>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

// Quotes keep the commas between them; a doubled one there is one quote (RFC 4180), which the
// tokenizer knows as an escape.
std::vector<std::string> split(const std::string& line, const Origin& origin) {
  constexpr char escape = '\x01';
  std::string escaped;
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    const bool doubled = quoted && line[at] == '"' && at + 1 < line.size() && line[at + 1] == '"';
    if (doubled) {
      escaped += escape;
      ++at;
    } else if (line[at] == '"') {
      quoted = !quoted;
    }
    escaped += line[at];
  }
  try {
    const boost::escaped_list_separator<char> separator(escape, ',', '"');
    const boost::tokenizer<boost::escaped_list_separator<char>> tokens(escaped, separator);
    return {tokens.begin(), tokens.end()};
  } catch (const boost::escaped_list_error&) {
    fail_at(origin, "not CSV; write fields separated by commas");
  }
}

// Where the row that begins at `begin` ends: at the first line break outside quotes.
std::size_t end_of_row(std::string_view text, std::size_t begin, const Origin& origin) {
  bool quoted = false;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] == '\n' && !quoted) return at;
  }
  if (quoted) fail_at(origin, "a quote that does not end; write another behind it");
  return text.size();
}

// Where fields begin, from 1.
std::vector<std::uint32_t> begins(const std::string& line) {
  std::vector<std::uint32_t> columns{1};
  bool quoted = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"') quoted = !quoted;
    if (line[at] == ',' && !quoted) columns.push_back(static_cast<std::uint32_t>(at + 2));
  }
  return columns;
}

}  // namespace

CsvTable::CsvTable(std::string_view text, const std::string& source,
                   const std::vector<std::string>& required)
    : source_(source) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // as spreadsheets write it
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::uint32_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const Origin origin{source, ++line_number, 1};
    const std::size_t first = text.find_first_not_of(" \t", begin);
    const bool comment = first != std::string_view::npos && text[first] == '#';
    const std::size_t end =
        comment ? std::min(text.find('\n', begin), text.size()) : end_of_row(text, begin, origin);
    const std::string line = boost::trim_copy(std::string(text.substr(begin, end - begin)));
    line_number += static_cast<std::uint32_t>(std::count(line.begin(), line.end(), '\n'));
    begin = end + 1;
    if (line.empty() || line.front() == '#') continue;
    std::vector<std::string> fields = split(line, origin);
    for (std::string& field : fields) boost::trim(field);
    if (header_.empty()) {
      header_ = std::move(fields);
      continue;
    }
    if (fields.size() != header_.size()) {
      fail_at(origin, fmt::format("{} fields under {} columns; write one for each", fields.size(),
                                  header_.size()));
    }
    rows_.push_back({origin.line, std::move(fields), begins(line)});
  }
  for (const std::string& column : required) {
    if (has(column)) continue;
    fail_at({source, 1, 1}, fmt::format("no column '{}'; write a header with {}", column,
                                        fmt::join(required, ",")));
  }
}

bool CsvTable::has(std::string_view column) const {
  return std::find(header_.begin(), header_.end(), column) != header_.end();
}

std::size_t CsvTable::place_of(std::string_view column) const {
  const auto at = std::find(header_.begin(), header_.end(), column);
  require(at != header_.end(), "{} has no column '{}'", source_, column);
  return static_cast<std::size_t>(at - header_.begin());
}

const std::string& CsvTable::text(std::size_t row, std::string_view column) const {
  return rows_[row].fields[place_of(column)];
}

Origin CsvTable::origin_of(std::size_t row, std::string_view column) const {
  return {source_, rows_[row].line, rows_[row].columns[place_of(column)]};
}

double CsvTable::number(std::size_t row, std::string_view column, double least) const {
  const std::string& field = text(row, column);
  double number = 0;
  const auto [end, fault] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (fault != std::errc() || end != field.data() + field.size() || !std::isfinite(number)) {
    fail_at(origin_of(row, column),
            fmt::format("{} = '{}' is not a number; write one", column, field));
  }
  if (number < least) {
    fail_at(origin_of(row, column),
            fmt::format("{} = {}; write a number of at least {}", column, field, least));
  }
  return number;
}

std::int64_t CsvTable::integer(std::size_t row, std::string_view column, std::int64_t least) const {
  const double number = this->number(row, column, static_cast<double>(least));
  constexpr double most = 9e18;
  if (number != std::floor(number) || number > most) {
    fail_at(origin_of(row, column),
            fmt::format("{} = {}; write a whole number", column, text(row, column)));
  }
  return static_cast<std::int64_t>(number);
}

CsvTable load_csv(const std::string& path, const std::vector<std::string>& required) {
  constexpr std::size_t most_bytes = std::size_t{256} << 20;  // some millions of rows
  return CsvTable(load_text(path, "CSV file", most_bytes), path, required);
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted += '"';
}

}  // namespace palsim
