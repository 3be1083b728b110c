#include "experiments/calibrate/nccl_log_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

namespace palsim {
namespace {

constexpr std::string_view known_tests = "all_reduce, reduce_scatter, all_gather or broadcast";

std::optional<Collective> collective_called(std::string_view name) {
  for (const Collective collective : {Collective::all_reduce, Collective::reduce_scatter,
                                      Collective::all_gather, Collective::broadcast}) {
    if (name == name_of(collective)) return collective;
  }
  return std::nullopt;
}

struct TestName {
  std::string_view name;  // "all_reduce"
  Origin origin;
};

// The programs of nccl-tests that a line mentions: all_reduce_perf, build/sendrecv_perf_mpi.
void append_tests_in(const TextLine& line, const std::string& source,
                     std::vector<TestName>& tests) {
  constexpr std::string_view ending = "_perf";
  const auto is_letter = [](char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (std::size_t end = line.text.find(ending); end != std::string_view::npos;
       end = line.text.find(ending, end + ending.size())) {
    std::size_t begin = end;
    while (begin > 0 && is_letter(line.text[begin - 1])) --begin;
    if (begin == end) continue;
    tests.push_back({line.text.substr(begin, end - begin),
                     {source, line.number, static_cast<std::uint32_t>(begin + 1)}});
  }
}

// The one test that is named; none if none is, or several only in passing.
std::optional<TestName> named_test(const std::vector<TextLine>& lines, const std::string& source) {
  std::vector<TestName> started;
  std::vector<TestName> mentioned;
  for (const TextLine& line : lines) {
    const bool starts = line.text.find("Collective test starting:") != std::string_view::npos;
    append_tests_in(line, source, starts ? started : mentioned);
  }
  const auto other_than_first = [](const std::vector<TestName>& tests) {
    return std::find_if(tests.begin(), tests.end(),
                        [&](const TestName& test) { return test.name != tests.front().name; });
  };
  if (!started.empty()) {
    const auto other = other_than_first(started);
    if (other != started.end()) {
      fail_at(other->origin, fmt::format("{} after {}; write the log of one test",
                                         shown(other->name), shown(started.front().name)));
    }
    return started.front();
  }
  if (mentioned.empty() || other_than_first(mentioned) != mentioned.end()) return std::nullopt;
  return mentioned.front();
}

// The row whose bandwidths have the most digits.
const TestedRow& fastest_row(const std::vector<TestedRow>& rows) {
  return *std::max_element(rows.begin(), rows.end(), [](const TestedRow& a, const TestedRow& b) {
    return a.algbw < b.algbw;
  });
}

// Half of the last digit of both bandwidths, as a fraction.
double ratio_uncertainty(const TestedRow& row) {
  return 0.005 / row.algbw + 0.005 / std::max(row.busbw, 0.005);
}

Collective collective_of_columns(const std::vector<TestedRow>& rows) {
  const TestedRow& row = fastest_row(rows);
  const bool reduces = !row.redop.empty() && row.redop != "none";
  if (!reduces) return row.root.value_or(-1) >= 0 ? Collective::broadcast : Collective::all_gather;
  if (row.root.value_or(-1) >= 0) {
    fail_at(row.row.origin,
            fmt::format("a reduction to rank {}; write the log of {}", *row.root, known_tests));
  }
  const bool scatters = row.algbw >= 1 && row.busbw / row.algbw < 0.99;  // all-reduce: from 1 on
  return scatters ? Collective::reduce_scatter : Collective::all_reduce;
}

Collective collective_of(const std::vector<TextLine>& lines, const std::vector<TestedRow>& rows,
                         const std::string& source) {
  const std::optional<TestName> test = named_test(lines, source);
  if (!test) return collective_of_columns(rows);
  if (const auto collective = collective_called(test->name)) return *collective;
  fail_at(test->origin, fmt::format("{} is a test of another kind; write the log of {}",
                                    shown(test->name), known_tests));
}

// "Rank  0 Group  0 Pid  123 on  host device  0 [0x1a] NAME", among other words.
struct RankLine {
  std::int64_t rank;
  std::string_view host;
};

std::optional<RankLine> rank_in(const TextLine& line) {
  const std::vector<TextWord> words = words_of(line, line.text);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i].text != "Rank") continue;
    const std::optional<std::int64_t> rank = whole_number(words[i + 1].text);
    for (std::size_t k = i + 2; rank && k + 2 < words.size(); ++k) {
      if (words[k].text == "on" && words[k + 2].text == "device") {
        return RankLine{*rank, words[k + 1].text};
      }
    }
  }
  return std::nullopt;
}

void count_ranks(const std::vector<TextLine>& lines, const std::string& source, LogFacts& facts) {
  std::set<std::int64_t> ranks;
  std::set<std::string_view> hosts;
  for (const TextLine& line : lines) {
    const std::optional<RankLine> found = rank_in(line);
    if (!found) continue;
    ranks.insert(found->rank);
    hosts.insert(found->host);
    facts.ranks_origin = {source, line.number, 1};
  }
  if (ranks.empty()) return;
  facts.ranks = static_cast<Rank>(ranks.size());
  facts.hosts = static_cast<std::int64_t>(hosts.size());
  if (*facts.ranks < 2) {
    fail_at(facts.ranks_origin,
            "a single rank; write the log of two or more, as by -g 2, or by mpirun of nccl-tests "
            "built with MPI=1");
  }
}

// From busbw over algbw, where its digits leave but one number.
std::optional<Rank> ranks_of_ratio(Collective collective, const TestedRow& row) {
  if (collective == Collective::broadcast || row.algbw < 1) return std::nullopt;
  const double ratio = row.busbw / row.algbw / (collective == Collective::all_reduce ? 2 : 1);
  const double uncertainty = ratio * ratio_uncertainty(row);
  const double most = 1 / (1 - ratio - uncertainty);
  const double least = 1 / (1 - ratio + uncertainty);
  if (!(least > 1.5 && most < 10'000 && most - least < 1)) return std::nullopt;
  const auto ranks = static_cast<Rank>(std::llround(1 / (1 - ratio)));
  if (static_cast<double>(ranks) < least || static_cast<double>(ranks) > most) return std::nullopt;
  return ranks;
}

void check_ratio(const LogFacts& facts, const TestedRow& row) {
  if (row.algbw < 1) return;  // too few digits
  const double wanted = bus_factor(facts.collective, *facts.ranks);
  const double found = row.busbw / row.algbw;
  if (std::fabs(found / wanted - 1) <= 0.01 + ratio_uncertainty(row)) return;
  fail_at(row.row.origin,
          fmt::format("busbw is {:.4g} of algbw, that of {} over {} ranks {:.4g}; write the whole "
                      "log of one test",
                      found, name_of(facts.collective), *facts.ranks, wanted));
}

// "2.30.7" of 23007, as NCCL counts its versions since 2.9.
std::string version_of_code(std::string_view code) {
  const std::optional<std::int64_t> number = whole_number(code);
  if (!number || *number < 20'900 || *number > 999'999) return "";
  return fmt::format("{}.{}.{}", *number / 10'000, *number / 100 % 100, *number % 100);
}

// "NCCL version 2.27.3+cuda12.9", or "nccl-library=23007" in the first line of new nccl-tests.
std::string nccl_version_in(const TextLine& line) {
  constexpr std::string_view library = "nccl-library=";
  const std::vector<TextWord> words = words_of(line, line.text);
  for (const TextWord& word : words) {
    if (!word.text.starts_with(library)) continue;
    return version_of_code(word.text.substr(library.size()));
  }
  for (std::size_t i = 0; i + 2 < words.size(); ++i) {
    const std::string_view word = words[i].text;
    if (!word.ends_with("NCCL") || words[i + 1].text != "version") continue;
    const std::string_view number =
        words[i + 2].text.substr(0, words[i + 2].text.find_first_not_of("0123456789."));
    if (!number.empty()) return std::string(number);
  }
  return "";
}

// A word that begins with a date as ISO 8601 writes it.
std::string date_in(const TextLine& line) {
  constexpr std::string_view form = "dddd-dd-dd";
  for (const TextWord& word : words_of(line, line.text, " \t\r[]()")) {
    if (word.text.size() < form.size()) continue;
    const bool fits = std::equal(form.begin(), form.end(), word.text.begin(), [](char f, char c) {
      return f == 'd' ? std::isdigit(static_cast<unsigned char>(c)) != 0 : c == f;
    });
    if (fits) return std::string(word.text.substr(0, form.size()));
  }
  return "";
}

}  // namespace

LogFacts read_facts(const std::vector<TextLine>& lines, const std::vector<TestedRow>& rows,
                    const std::string& source) {
  LogFacts facts{.collective = collective_of(lines, rows, source)};
  for (const TextLine& line : lines) {
    if (facts.nccl_version.empty()) facts.nccl_version = nccl_version_in(line);
    if (facts.date.empty()) facts.date = date_in(line);
  }
  count_ranks(lines, source, facts);
  const TestedRow& row = fastest_row(rows);
  if (facts.ranks) {
    check_ratio(facts, row);
  } else if ((facts.ranks = ranks_of_ratio(facts.collective, row))) {
    facts.ranks_origin = row.row.origin;
  }
  return facts;
}

}  // namespace palsim
