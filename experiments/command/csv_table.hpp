// CSV as people write it (Boost.Tokenizer): a header that names the columns, then rows of as many
// fields, in quotes where they hold commas or line breaks; empty lines and lines that begin with
// '#' are passed over. Fields know where they stand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/core/document.hpp"

namespace palsim {

class CsvTable {
 public:
  // Throws InputError unless the header has all of `required` and each row a field for each column.
  CsvTable(std::string_view text, const std::string& source,
           const std::vector<std::string>& required);

  std::size_t rows() const { return rows_.size(); }
  const std::vector<std::string>& columns() const { return header_; }
  bool has(std::string_view column) const;
  const std::string& text(std::size_t row, std::string_view column) const;
  // Throw InputError at the field if it is no such number, or below `least`.
  double number(std::size_t row, std::string_view column, double least) const;
  std::int64_t integer(std::size_t row, std::string_view column, std::int64_t least) const;
  Origin origin_of(std::size_t row, std::string_view column) const;

 private:
  struct Row {
    std::uint32_t line;
    std::vector<std::string> fields;
    std::vector<std::uint32_t> columns;  // where each field begins, from 1
  };
  std::size_t place_of(std::string_view column) const;

  std::string source_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
};

CsvTable load_csv(const std::string& path, const std::vector<std::string>& required);

// A field as RFC 4180 writes it: in quotes where a comma, a quote or a line break would be misread.
std::string csv_field(const std::string& text);

}  // namespace palsim
