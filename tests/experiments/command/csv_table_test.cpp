#include "experiments/command/csv_table.hpp"

#include <doctest/doctest.h>

#include "tests/support/complaint.hpp"

using namespace palsim;

namespace {

CsvTable read(const std::string& text, const std::vector<std::string>& required = {}) {
  return CsvTable(text, "t.csv", required);
}

}  // namespace

TEST_CASE("rows are read under their columns, comments and empty lines passed over") {
  const CsvTable table = read("\xEF\xBB\xBF# made up\nname, size\r\n\na,1\n\"b, c\",2.5e3\n");
  REQUIRE(table.rows() == 2);
  CHECK(table.columns() == std::vector<std::string>{"name", "size"});
  CHECK(table.text(1, "name") == "b, c");
  CHECK(table.number(1, "size", 0) == 2500);
  CHECK(table.integer(0, "size", 0) == 1);
  CHECK(table.has("size"));
  CHECK_FALSE(table.has("other"));
}

TEST_CASE("what is written as a field is read as it was") {
  for (const std::string field :
       {"a,b \"q\" = x.y", "\"", "plain", "\"\",\"", "a\nb", "#,\r\n\"c"}) {
    CAPTURE(field);
    CHECK(read("name,size\n" + csv_field(field) + ",1\n").text(0, "name") == field);
  }
}

TEST_CASE("a field knows its line and column, behind quoted commas too") {
  const CsvTable table = read("# x\nname,size\n\"b, c\",7\n");
  const Origin origin = table.origin_of(0, "size");
  CHECK(origin.line == 3);
  CHECK(origin.column == 8);
}

TEST_CASE("a row knows its line behind fields of several lines") {
  const CsvTable table = read("name,size\n\"b\n\nc\",7\nd,8\n");
  CHECK(table.origin_of(0, "name").line == 2);
  CHECK(table.origin_of(1, "size").line == 5);
}

TEST_CASE("what is no table or no number is refused where it stands") {
  CHECK(complaint_of([] { read("", {"a"}); }) == "t.csv:1:1: no column 'a'; write a header with a");
  CHECK(complaint_of([] { read("a,b\n1\n"); }) ==
        "t.csv:2:1: 1 fields under 2 columns; write one for each");
  CHECK(complaint_of([] { read("a,b\n\"1,2\n3,4\n"); }) ==
        "t.csv:2:1: a quote that does not end; write another behind it");
  CHECK(complaint_of([] { read("a\nx\n").number(0, "a", 0); }) ==
        "t.csv:2:1: a = 'x' is not a number; write one");
  CHECK(complaint_of([] { read("a\ninf\n").number(0, "a", 0); }) ==
        "t.csv:2:1: a = 'inf' is not a number; write one");
  CHECK(complaint_of([] { read("a\n-2\n").number(0, "a", 0); }) ==
        "t.csv:2:1: a = -2; write a number of at least 0");
  CHECK(complaint_of([] { read("a\n1.5\n").integer(0, "a", 0); }) ==
        "t.csv:2:1: a = 1.5; write a whole number");
  CHECK(complaint_of([] { read("a\n1e30\n").integer(0, "a", 0); }) ==
        "t.csv:2:1: a = 1e30; write a whole number");
}

TEST_CASE("a field is quoted where a reader would misread it") {
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"a\"") == "\"say \"\"a\"\"\"");
}
