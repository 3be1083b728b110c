#include "experiments/calibrate/nccl_tests_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "experiments/calibrate/nccl_log_facts.hpp"

namespace palsim {
namespace {

struct Header {
  std::string_view prefix;  // what mpirun or srun put before each line
  std::size_t columns = 0;
  std::size_t size = 0;
  std::size_t time = 0;
  std::size_t algbw = 0;
  std::size_t busbw = 0;
  std::optional<std::size_t> redop;
  std::optional<std::size_t> root;
  std::optional<TextWord> cpu_time;  // instead of the time
  double time_unit_s = 1e-6;
};

std::optional<std::size_t> column_of(const std::vector<TextWord>& names,
                                     std::initializer_list<std::string_view> wanted) {
  for (std::size_t column = 0; column < names.size(); ++column) {
    for (const std::string_view name : wanted) {
      if (names[column].text == name) return column;
    }
  }
  return std::nullopt;
}

std::optional<Header> header_in(const TextLine& line) {
  const std::size_t mark = line.text.find('#');
  if (mark == std::string_view::npos) return std::nullopt;
  const std::vector<TextWord> names = words_of(line, line.text.substr(mark + 1));
  const auto size = column_of(names, {"size", "bytes"});
  const auto time = column_of(names, {"time", "cputime"});
  const auto algbw = column_of(names, {"algbw"});
  const auto busbw = column_of(names, {"busbw"});
  if (!size || !time || !algbw || !busbw) return std::nullopt;
  Header header{.prefix = line.text.substr(0, mark),
                .columns = names.size(),
                .size = *size,
                .time = *time,
                .algbw = *algbw,
                .busbw = *busbw,
                .redop = column_of(names, {"redop", "op"}),
                .root = column_of(names, {"root"})};
  if (trimmed(header.prefix).empty()) header.prefix = {};
  if (names[*time].text == "cputime") header.cpu_time = names[*time];
  // The first versions, which wrote "bytes", counted in milliseconds and did not say so.
  if (names[*size].text == "bytes") header.time_unit_s = 1e-3;
  return header;
}

// The line less its prefix, if that is the header's but for digits (a rank, a time of day).
std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return std::nullopt;
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (text[i] != prefix[i] && !(is_digit(text[i]) && is_digit(prefix[i]))) return std::nullopt;
  }
  return text.substr(prefix.size());
}

// The columns of a row of the table; empty for other lines, which do not begin with a size and a
// count. The first versions put a # before rows, too.
std::vector<TextWord> row_in(const TextLine& line, const Header& header) {
  const std::optional<std::string_view> text = without_prefix(line.text, header.prefix);
  if (!text) return {};
  std::string_view row = trimmed(*text);
  if (row.starts_with('#')) row.remove_prefix(1);
  std::vector<TextWord> words = words_of(line, row);
  if (words.size() < 2 || !whole_number(words[0].text) || !whole_number(words[1].text)) return {};
  return words;
}

class RowReader {
 public:
  RowReader(const Header& header, const TextLine& line, const std::string& source)
      : header_(header), words_(row_in(line, header)), line_(line.number), source_(source) {}

  bool is_row() const { return !words_.empty(); }

  // None for a size of 0 bytes.
  std::optional<TestedRow> read() const {
    if (words_.size() <= std::max({header_.size, header_.time, header_.algbw, header_.busbw})) {
      fail(words_[0], fmt::format("a row of {} columns under a header of {}; write the row as "
                                  "nccl-tests printed it",
                                  words_.size(), header_.columns));
    }
    const TextWord& size = words_[header_.size];
    const std::optional<std::int64_t> bytes = whole_number(size.text);
    if (!bytes) fail(size, fmt::format("size {}; write a whole number", shown(size.text)));
    if (*bytes == 0) return std::nullopt;
    const TextWord& time = words_[header_.time];
    const double time_s = number(time, "time") * header_.time_unit_s;
    TestedRow tested{.row = checked_row(*bytes, time_s, origin(size), origin(time)),
                     .algbw = number(words_[header_.algbw], "algbw"),
                     .busbw = number(words_[header_.busbw], "busbw")};
    check_bandwidth(tested, static_cast<double>(*bytes) / time_s / 1e9);
    if (header_.redop && *header_.redop < words_.size()) {
      tested.redop = words_[*header_.redop].text;
    }
    if (header_.root && *header_.root < words_.size()) {
      tested.root = whole_number(words_[*header_.root].text);
    }
    return tested;
  }

 private:
  // The columns are misread if they contradict each other far beyond their digits.
  void check_bandwidth(const TestedRow& tested, double computed) const {
    constexpr double far = 0.25;
    if (tested.algbw < 1 || std::fabs(computed / tested.algbw - 1) <= far) return;
    fail(words_[header_.algbw], fmt::format("algbw is {}, but size over time {:.4g} GB/s; write "
                                            "the row as nccl-tests printed it",
                                            tested.algbw, computed));
  }

  double number(const TextWord& word, std::string_view name) const {
    const std::optional<double> value = finite_number(word.text);
    if (!value) fail(word, fmt::format("{} {}; write a number", name, shown(word.text)));
    return *value;
  }

  Origin origin(const TextWord& word) const { return {source_, line_, word.column}; }
  [[noreturn]] void fail(const TextWord& word, const std::string& message) const {
    fail_at(origin(word), message);
  }

  const Header& header_;
  std::vector<TextWord> words_;
  std::uint32_t line_;
  const std::string& source_;
};

// nccl-tests checks results and says so at its end; times of wrong results say nothing.
void require_right_results(const TextLine& line, const std::string& source) {
  const std::size_t found = line.text.find("Out of bounds values");
  if (found == std::string_view::npos ||
      line.text.find("FAILED", found) == std::string_view::npos) {
    return;
  }
  fail_at({source, line.number, static_cast<std::uint32_t>(found + 1)},
          "the run had wrong results; write the log of one that passed");
}

}  // namespace

bool has_nccl_tests_header(const std::vector<TextLine>& lines) {
  return std::any_of(lines.begin(), lines.end(),
                     [](const TextLine& line) { return header_in(line).has_value(); });
}

NcclTestsLog parse_nccl_tests_log(const std::vector<TextLine>& lines, const std::string& source) {
  std::optional<Header> header;
  std::uint32_t header_line = 1;
  std::vector<TestedRow> tested;
  for (const TextLine& line : lines) {
    require_right_results(line, source);
    if (const std::optional<Header> found = header_in(line)) {
      header = found;
      header_line = line.number;
      if (header->cpu_time) {
        fail_at({source, line.number, header->cpu_time->column},
                "'cputime' is what launches take; write the log of a run without -C");
      }
      continue;
    }
    if (!header) continue;
    const RowReader reader(*header, line, source);
    if (!reader.is_row()) continue;
    if (std::optional<TestedRow> row = reader.read()) tested.push_back(*std::move(row));
  }
  if (tested.empty()) {
    fail_at({source, header_line, 1},
            "a header without rows of more than 0 bytes; write the whole output of nccl-tests");
  }
  NcclTestsLog log{.facts = read_facts(lines, tested, source)};
  for (TestedRow& row : tested) log.rows.push_back(std::move(row.row));
  return log;
}

}  // namespace palsim
