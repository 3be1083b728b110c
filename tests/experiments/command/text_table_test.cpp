// Tables as people see them: in a terminal, in a file, in an issue.
#include "experiments/command/text_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "experiments/command/display_width.hpp"
#include "experiments/command/text_lines.hpp"
#include "experiments/command/text_report.hpp"
#include "experiments/command/wrapped.hpp"
#include "sim/core/error.hpp"

using namespace palsim;

namespace {

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  for (const TextLine& line : lines_of(text)) lines.emplace_back(line.text);
  return lines;
}

// What a reader of GitHub's Markdown makes of a row: cells between bars that no backslash escapes.
TextRow cells_of(const std::string& line) {
  TextRow cells;
  std::string cell;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] == '\\') {
      cell += line[++at];
    } else if (line[at] == '|') {
      cells.emplace_back(trimmed(cell));
      cell.clear();
    } else {
      cell += line[at];
    }
  }
  return cells;
}

std::string without_codes(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\033') {
      plain += text[at];
    } else {
      at = text.find('m', at);
    }
  }
  return plain;
}

const Table bars{.rows = {{"method"}, {"ddp"}, {"palsgd"}},
                 .splits = {{.compute_s = 20, .communication_s = 70, .waiting_s = 10},
                            {.compute_s = 19, .mix_s = 6, .communication_s = 15, .waiting_s = 10}}};

}  // namespace

TEST_CASE("a character takes as many columns as a terminal gives it") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("\xC2\xB5s") == 2);                 // micro
  CHECK(display_width("\xE6\x96\xB9\xE6\xB3\x95") == 4);  // two Chinese characters
  CHECK(display_width("\xF0\x9F\x9A\x80") == 2);          // a rocket
  CHECK(display_width("e\xCC\x81") == 1);                 // e and a combining acute
  CHECK(display_width("\xEF\xBD\xB1") == 1);              // a half-width katakana
  CHECK(display_width("\xFF\xC0") == 2);                  // no UTF-8
}

TEST_CASE("columns align by what characters take in a terminal") {
  const Table table{{{"name", "s"}, {"\xE6\x96\xB9\xE6\xB3\x95 A", "1"}, {"b", "22"}}};
  const std::vector<std::string> lines = lines_in(text_table(table));
  REQUIRE(lines.size() == 4);
  CHECK(lines[1] == "----------");
  for (const std::string& line : lines) CHECK(display_width(line) == 10);
  CHECK(lines[3] == "b       22");
}

TEST_CASE("a label can neither break a line nor command the terminal") {
  const std::string text = text_table({{{"name"}, {"a\nb\033[2J\t"}}});
  CHECK(lines_in(text).size() == 3);
  CHECK(lines_in(text)[2] == "a?b?[2J?");
}

TEST_CASE("a bar's parts are its times, to a character, and its length is its total") {
  const std::vector<std::string> lines = lines_in(text_table(bars, {.width = 108}));
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "method  = compute  + mix  # communication  . waiting");
  CHECK(lines[1] == std::string(88, '-'));
  CHECK(lines[2] == "ddp     " + std::string(16, '=') + std::string(56, '#') + std::string(8, '.'));
  CHECK(lines[3] == "palsgd  " + std::string(15, '=') + std::string(5, '+') + std::string(12, '#') +
                        std::string(8, '.'));
}

TEST_CASE("bars of any times fill their share of any width") {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> seconds(0, 100);
  for (int round = 0; round < 1000; ++round) {
    CAPTURE(round);
    const TimeSplit split{seconds(random), round % 3 == 0 ? 0 : seconds(random), seconds(random),
                          seconds(random)};
    const std::size_t columns = 20 + random() % 100;
    const double longest_s = split.total_s() * (1 + round % 4);
    const std::string bar = split_bar(split, longest_s, columns, {});
    const auto share = [&](double part_s) { return part_s / longest_s * double(columns); };
    CHECK(std::abs(double(bar.size()) - share(split.total_s())) <= 0.5 + 1e-9);
    const auto count = [&](char c) { return double(std::count(bar.begin(), bar.end(), c)); };
    CHECK(std::abs(count('=') - share(split.compute_s)) <= 1);
    CHECK(std::abs(count('+') - share(split.mix_s)) <= 1);
    CHECK(std::abs(count('#') - share(split.communication_s)) <= 1);
    CHECK(std::abs(count('.') - share(split.waiting_s)) <= 1);
  }
}

TEST_CASE("a bar of no time is empty") {
  CHECK(split_bar({}, 0, 50, {}) == "");
  CHECK(split_bar({}, 10, 50, {}) == "");
}

TEST_CASE("a table with bars has no rule, and a bar for each row") {
  Table ruled = bars;
  ruled.rows.insert(ruled.rows.begin() + 2, TextRow{});
  Table barred = bars;
  barred.splits.push_back({.compute_s = 1});
  Table ruled_and_barred = ruled;  // as many bars as rows, one of them a rule's
  ruled_and_barred.splits.push_back({.compute_s = 1});
  for (const Table& table : {ruled, barred, ruled_and_barred}) {
    CHECK_THROWS_AS(text_table(table), InternalError);
    CHECK_THROWS_AS(markdown_table(table), InternalError);
  }
}

TEST_CASE("bars fit the terminal, and are never too short to read") {
  for (const std::size_t width : {10, 40, 60, 88}) {
    const std::vector<std::string> lines = lines_in(text_table(bars, {.width = width}));
    CHECK(lines[2].size() == std::max<std::size_t>(width, 28));
  }
  CHECK(lines_in(text_table(bars, {.width = 300}))[2].size() == 88);
}

TEST_CASE("colours say nothing that the text without them does not") {
  Table table = bars;
  table.best = 2;
  const TextStyle plain{.width = 100};
  const TextStyle coloured{.width = 100, .colours = Colours::ansi};
  const std::string shown = text_table(table, coloured);
  CHECK(without_codes(shown) == text_table(table, plain));
  CHECK(text_table(table, plain).find('\033') == std::string::npos);
  CHECK(shown.find("\033[2mmethod") != std::string::npos);  // the header faint
  CHECK(shown.find("\033[1mpalsgd") != std::string::npos);  // the best strong
  CHECK(shown.find("\033[1mddp") == std::string::npos);
  CHECK(shown.find("\033[33m#") != std::string::npos);  // communication
}

TEST_CASE("a Markdown table has its cells, whatever they hold, and its source aligns") {
  const Table table{{{"label", "time (s)"},
                     {"a|b", "1"},
                     {"back\\slash", "22"},
                     {"<script>alert('x')</script>", "333"},
                     {"*bold* _slanted_ `code` ~~no~~ [link](to) &amp;", "-"},
                     {"\xE6\x96\xB9\xE6\xB3\x95", "5"},
                     {"local_sgd", "6"},
                     {},
                     {"", "7"}}};
  const std::vector<std::string> lines = lines_in(markdown_table(table));
  REQUIRE(lines.size() == 9);  // a rule is none of Markdown's
  std::vector<TextRow> cells;
  for (const std::string& line : lines) {
    CHECK(display_width(line) == display_width(lines[0]));
    cells.push_back(cells_of(line));
  }
  CHECK(cells[0] == table.rows[0]);
  CHECK(lines[1].starts_with("| :--"));
  CHECK(lines[1].ends_with("-: |"));
  for (std::size_t row = 1; row < 7; ++row) CHECK(cells[row + 1] == table.rows[row]);
  CHECK(cells[8] == table.rows[8]);
  CHECK(lines[7].find("| local_sgd ") == 0);  // readable as it stands
  CHECK(lines[4].find("\\<script>") != std::string::npos);
}

TEST_CASE("a line break in a label stays within its Markdown row") {
  CHECK(markdown_text("a\nb\rc") == "a<br>b?c");
  CHECK(lines_in(markdown_table({{{"x"}, {"a\nb"}}})).size() == 3);
}

TEST_CASE("random cells survive Markdown") {
  std::mt19937 random(11);
  const std::string characters = "ab |\\*_`<>[]~&#-.1\"'";
  for (int round = 0; round < 500; ++round) {
    CAPTURE(round);
    TextRow row;
    for (int cell = 0; cell < 3; ++cell) {
      std::string& text = row.emplace_back();
      for (auto length = random() % 12; length > 0; --length) {
        text += characters[random() % characters.size()];
      }
      text = std::string(trimmed(text));
    }
    const std::vector<std::string> lines = lines_in(markdown_table({{{"a", "b", "c"}, row}}));
    REQUIRE(lines.size() == 3);
    CHECK(cells_of(lines[2]) == row);
  }
}

TEST_CASE("Markdown shows bars as code") {
  const std::vector<std::string> lines = lines_in(markdown_table(bars));
  REQUIRE(lines.size() == 4);
  CHECK(lines[2].find("| `" + std::string(12, '=') + std::string(42, '#') + "......` |") !=
        std::string::npos);
}

TEST_CASE("in Markdown every line is a paragraph, and what sets apart in plain text is gone") {
  const TextReport report{Line{"title_of *it*"}, Table{{{"a"}, {"1"}}}, Line{""},
                          Paragraph{"   a note"}};
  CHECK(markdown(report) == "title_of \\*it\\*\n\n| a   |\n| :-- |\n| 1   |\n\na note\n");
  CHECK(plain_text(report) == "title_of *it*\na\n-\n1\n\na note\n");
}

TEST_CASE("paragraphs break within the width, and a % stays with its number") {
  CHECK(wrapped("aa bb cc", 5) == "aa bb\ncc\n");
  CHECK(wrapped("aa bb cc", 5, 2) == "aa bb\n  cc\n");
  CHECK(wrapped("aa 10 % cc", 5) == "aa 10 %\ncc\n");
  CHECK(wrapped("toolongaword x", 5) == "toolongaword\nx\n");
  CHECK(wrapped("\xC2\xB5\xC2\xB5 bb", 5) == "\xC2\xB5\xC2\xB5 bb\n");
}
