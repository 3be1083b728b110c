#include "experiments/calibrate/collective_log.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "sim/core/error.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/mutation.hpp"

using namespace palsim;

namespace {

std::string sample_path(const std::string& name) {
  return std::string(PALSIM_ROOT) + "/tests/experiments/calibrate/" + name;
}

std::string sample_text(const std::string& name) {
  std::ifstream file(sample_path(name), std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

Duration microseconds(double count) { return Duration::seconds(count * 1e-6); }

const std::string header =
    "#       size         count      type   redop    root     time   algbw   busbw #wrong\n"
    "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)\n";
const std::string small_row =
    "        1024           256     float     sum      -1    20.00    0.05    0.08      0\n";
const std::string large_row =
    "    10000000       2500000     float     sum      -1   1000.0   10.00   15.00      0\n";

CollectiveLog parse(const std::string& text) { return parse_collective_log(text, "a.log"); }

std::string complaint(const std::string& text) {
  return complaint_of([&] { parse(text); });
}

}  // namespace

TEST_CASE("the first layout counts in milliseconds behind a #") {
  const CollectiveLog log = load_collective_log(sample_path("nccl_tests_2018.log"));
  CHECK(log.facts.collective == Collective::all_reduce);
  CHECK(log.facts.ranks == 2);
  CHECK(log.facts.hosts == 1);
  CHECK(log.facts.nccl_version == "");
  REQUIRE(log.measurements.size() == 6);
  CHECK(log.measurements[0].size == Bytes(65536));
  CHECK(log.measurements[0].time == microseconds(22));
  CHECK(log.measurements[5].size == Bytes(67108864));
  CHECK(log.measurements[5].time == microseconds(6131));
}

TEST_CASE("the layout of 2019 has an error column and no root") {
  const CollectiveLog log = load_collective_log(sample_path("nccl_tests_2019.log"));
  CHECK(log.facts.collective == Collective::all_reduce);
  CHECK(log.facts.ranks == 8);
  REQUIRE(log.measurements.size() == 13);
  CHECK(log.measurements[0].size == Bytes(8));
  CHECK(log.measurements[0].time == microseconds(16.81));  // out of place; in place 17.18
  CHECK(log.measurements[12].time == microseconds(2017.4));
}

TEST_CASE("mpirun's tags and NCCL's own lines are passed over") {
  const CollectiveLog log = load_collective_log(sample_path("nccl_tests_2023_mpirun.log"));
  CHECK(log.facts.collective == Collective::all_reduce);
  CHECK(log.facts.ranks == 4);
  CHECK(log.facts.hosts == 2);
  CHECK(log.facts.nccl_version == "2.18.5");
  REQUIRE(log.measurements.size() == 9);
  CHECK(log.measurements[8].size == Bytes(67108864));
  CHECK(log.measurements[8].time == microseconds(10682));
}

TEST_CASE("the layout of 2026 names its test and its library") {
  const CollectiveLog log = load_collective_log(sample_path("nccl_tests_2026_srun.log"));
  CHECK(log.facts.collective == Collective::all_gather);
  CHECK(log.facts.ranks == 4);
  CHECK(log.facts.nccl_version == "2.30.7");
  REQUIRE(log.measurements.size() == 6);
  CHECK(log.measurements[0].time == microseconds(51.04));
  CHECK(log.measurements[5].time == microseconds(38932.3));
}

TEST_CASE("line ends and indentation do not matter") {
  for (const std::string name : {"nccl_tests_2018.log", "nccl_tests_2019.log",
                                 "nccl_tests_2023_mpirun.log", "nccl_tests_2026_srun.log"}) {
    CAPTURE(name);
    const std::string text = sample_text(name);
    std::string other = "    ";
    for (const char c : text) other += c == '\n' ? std::string("\r\n    ") : std::string(1, c);
    const CollectiveLog log = parse(text);
    const CollectiveLog same = parse(other);
    CHECK(same.facts.ranks == log.facts.ranks);
    REQUIRE(same.measurements.size() == log.measurements.size());
    for (std::size_t i = 0; i < log.measurements.size(); ++i) {
      CHECK(same.measurements[i].time == log.measurements[i].time);
    }
  }
}

TEST_CASE("tags that count the time of day are passed over, and tell the date") {
  std::string text;
  const std::string untagged = header + small_row + large_row;
  int second = 10;
  std::size_t begin = 0;
  while (begin < untagged.size()) {
    const std::size_t end = untagged.find('\n', begin) + 1;
    text +=
        "2026-01-31T23:59:" + std::to_string(second++) + "Z " + untagged.substr(begin, end - begin);
    begin = end;
  }
  const CollectiveLog log = parse(text);
  CHECK(log.measurements.size() == 2);
  CHECK(log.facts.date == "2026-01-31");
}

TEST_CASE("without lines of ranks, busbw over algbw tells them") {
  const auto row = [](const char* redop, int root, const char* busbw) {
    return fmt::format("  10000000  2500000  float  {}  {}  1000.0  10.00  {}  0\n", redop, root,
                       busbw);
  };
  const auto ranks = [&](const std::string& last) {
    return parse(header + small_row + last).facts;
  };
  CHECK(ranks(row("sum", -1, "15.00")).ranks == 4);
  CHECK(ranks(row("sum", -1, "10.00")).ranks == 2);
  CHECK(ranks(row("sum", -1, "18.75")).ranks == 16);
  CHECK(ranks(row("sum", -1, "19.99")).ranks == std::nullopt);  // 1000 or 4000?
  CHECK(ranks(row("sum", -1, "15.00")).collective == Collective::all_reduce);
  CHECK(ranks(row("sum", -1, "7.50")).ranks == 4);
  CHECK(ranks(row("sum", -1, "7.50")).collective == Collective::reduce_scatter);
  CHECK(ranks(row("none", -1, "8.75")).ranks == 8);
  CHECK(ranks(row("none", -1, "8.75")).collective == Collective::all_gather);
  CHECK(ranks(row("none", 0, "10.00")).ranks == std::nullopt);
  CHECK(ranks(row("none", 0, "10.00")).collective == Collective::broadcast);
}

TEST_CASE("the name of the program decides where columns could mean several") {
  const std::string row =
      "  10000000  2500000  float  none  -1  1000.0  10.00  7.50  0\n"
      "  20000000  5000000  float  none  -1  2000.0  10.00  7.50  0\n";
  CHECK(parse(header + row).facts.collective == Collective::all_gather);
  CHECK(parse("$ ./build/reduce_scatter_perf -g 4\n" + header + row).facts.collective ==
        Collective::reduce_scatter);
  // Several in passing, as where they are built, decide nothing.
  CHECK(parse("Linking all_reduce_perf\nLinking sendrecv_perf\n" + header + row).facts.collective ==
        Collective::all_gather);
}

TEST_CASE("a size that was measured several times counts with its mean; sizes are sorted") {
  const std::string again =
      "    10000000       2500000    double     sum      -1   1200.0    8.33   12.50      0\n";
  const CollectiveLog log = parse(header + large_row + small_row + again);
  REQUIRE(log.measurements.size() == 2);
  CHECK(log.measurements[0].size == Bytes(1024));
  CHECK(log.measurements[1].time == microseconds(1100));
}

TEST_CASE("rows of 0 bytes are left out") {
  const std::string zero =
      "           0             0     float     sum      -1     6.36    0.00    0.00      0\n";
  CHECK(parse(header + zero + small_row + large_row).measurements.size() == 2);
}

TEST_CASE("a CSV of two columns is read in any order and unit") {
  const CollectiveLog log = parse("# by hand\n\nsize_bytes,time_us\n8,16.5\n1048576, 250\r\n");
  CHECK(log.facts.collective == Collective::all_reduce);
  CHECK(log.facts.ranks == std::nullopt);
  REQUIRE(log.measurements.size() == 2);
  CHECK(log.measurements[0].time == microseconds(16.5));
  CHECK(log.measurements[1].size == Bytes(1048576));
  CHECK(parse("time_s,bytes\n0.5,1000\n0.25,10\n").measurements[1].time == microseconds(5e5));
  CHECK(parse("bytes,time_ms\n1000,2\n10,1\n").measurements[1].time == microseconds(2000));
  CHECK(parse("bytes,time_ns\n1000,2000\n10,1000\n").measurements[1].time == microseconds(2));
}

TEST_CASE("what is no log of nccl-tests is refused") {
  const std::string neither =
      "a.log:1:1: no line 'size ... time algbw busbw' of nccl-tests and no CSV; write what "
      "all_reduce_perf printed, or a CSV that begins with size_bytes,time_us";
  CHECK(complaint("") == neither);
  CHECK(complaint("hello\n") == neither);
  CHECK(complaint("#       size         count      type   redop    root     time\n" + small_row) ==
        neither);
  CHECK(complaint(header) ==
        "a.log:1:1: a header without rows of more than 0 bytes; write the whole output of "
        "nccl-tests");
  CHECK(complaint_of([] { load_collective_log("/nowhere/a.log"); }) ==
        "/nowhere/a.log: cannot be read; write the name of a readable log");
}

TEST_CASE("a row of nccl-tests that is cut, not numbers or impossible is refused where it stands") {
  CHECK(complaint(header + small_row + "  2048  512  float  sum  -1  20.0\n") ==
        "a.log:4:3: a row of 6 columns under a header of 9; write the row as nccl-tests printed "
        "it");
  CHECK(complaint(header + "  2048  512  float  sum  -1  abc  1.00  1.00  0\n") ==
        "a.log:3:30: time 'abc'; write a number");
  CHECK(complaint(header + "  2048  512  float  sum  -1  0.00  1.00  1.00  0\n") ==
        "a.log:3:30: a time of 0 s; write times above 0, at most an hour");
  CHECK(complaint(header + "  2048  512  float  sum  -1  -3.5  1.00  1.00  0\n") ==
        "a.log:3:30: a time of -3.5e-06 s; write times above 0, at most an hour");
  CHECK(complaint(header + "  -8  512  float  sum  -1  3.5  1.00  1.00  0\n") ==
        "a.log:3:3: a size of -8 bytes; write 1 to 17592186044416");
  CHECK(complaint(header + "  2048  512  float  sum  -1  20.0  nan  1.00  0\n") ==
        "a.log:3:36: algbw 'nan'; write a number");
  CHECK(complaint(header + "  10000000  512  float  sum  -1  1000  100.00  150.00  0\n") ==
        "a.log:3:40: algbw is 100, but size over time 10 GB/s; write the row as nccl-tests "
        "printed it");
  CHECK(complaint(header + small_row + small_row) ==
        "a.log:3:9: 1024 is the only size; write two or more, as by -b 8 -e 1G -f 2");
  CHECK(complaint("# size count type redop root cputime algbw busbw #wrong\n" + small_row) ==
        "a.log:1:30: 'cputime' is what launches take; write the log of a run without -C");
}

TEST_CASE("a test of another kind, of several or of one rank is refused") {
  const std::string rows = header + small_row + large_row;
  CHECK(complaint("# Collective test starting: alltoall_perf\n" + rows) ==
        "a.log:1:29: 'alltoall' is a test of another kind; write the log of all_reduce, "
        "reduce_scatter, all_gather or broadcast");
  CHECK(complaint("# Collective test starting: all_reduce_perf\n" + rows +
                  "# Collective test starting: all_gather_perf\n" + rows) ==
        "a.log:6:29: 'all_gather' after 'all_reduce'; write the log of one test");
  CHECK(complaint(header + "  10000000  2500000  float  sum  0  1000.0  10.00  10.00  0\n") ==
        "a.log:3:3: a reduction to rank 0; write the log of all_reduce, reduce_scatter, "
        "all_gather or broadcast");
  const std::string rank = "#  Rank  0 Group  0 Pid 1 on host device  0 [0x1a] Tesla T4\n";
  CHECK(complaint(rank + rank + rows) ==
        "a.log:2:1: a single rank; write the log of two or more, as by -g 2, or by mpirun of "
        "nccl-tests built with MPI=1");
  const std::string second = "#  Rank  1 Group  0 Pid 1 on host device  1 [0x1b] Tesla T4\n";
  CHECK(complaint(rank + second + rows) ==
        "a.log:6:5: busbw is 1.5 of algbw, that of all_reduce over 2 ranks 1; write the whole "
        "log of one test");
}

TEST_CASE("a CSV that is none is refused where it stands") {
  CHECK(complaint("size,time\n8,1\n") ==
        "a.log:1:1: 'size,time' is no header of a size and a time; write size_bytes,time_us");
  CHECK(complaint("bytes,time_us\n") ==
        "a.log:1:1: a header without rows; write a size and a time on each line, as "
        "1048576,250.5");
  CHECK(complaint("bytes,time_us\n8,1\n16\n") ==
        "a.log:3:1: 1 fields under 2 columns; write one for each");
  CHECK(complaint("bytes,time_us\n8,1\n16,2,3\n") ==
        "a.log:3:1: 3 fields under 2 columns; write one for each");
  CHECK(complaint("bytes,time_us\n8.5,1\n") == "a.log:2:1: bytes = 8.5; write a whole number");
  CHECK(complaint("bytes,time_us\n0,1\n") ==
        "a.log:2:1: a size of 0 bytes; write 1 to 17592186044416");
  CHECK(complaint("bytes,time_us\n8, fast\n") ==
        "a.log:2:3: time_us = 'fast' is not a number; write one");
  CHECK(complaint("bytes,time_us\n8,\n") == "a.log:2:3: time_us = '' is not a number; write one");
  CHECK(complaint("bytes,time_us\n8,0\n") ==
        "a.log:2:3: a time of 0 s; write times above 0, at most an hour");
  CHECK(complaint("bytes,time_s\n8,1e9\n") ==
        "a.log:2:3: a time of 1e+09 s; write times above 0, at most an hour");
  CHECK(complaint("bytes,time_us\n8,1\n") ==
        "a.log:2:1: 8 is the only size; write two or more, as by -b 8 -e 1G -f 2");
}

TEST_CASE("the times of a run with wrong results are refused") {
  std::string text = sample_text("nccl_tests_2019.log");
  const std::string passed = "Out of bounds values : 0 OK";
  text.replace(text.find(passed), passed.size(), "Out of bounds values : 12 FAILED");
  CHECK(complaint(text) ==
        "a.log:29:3: the run had wrong results; write the log of one that passed");
}

TEST_CASE("a mutated log is read or refused in one line with its place") {
  const char* given = std::getenv("PALSIM_FUZZ_SEED");
  const std::uint32_t first =
      given == nullptr ? 1 : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
  const std::vector<std::string> originals{
      sample_text("nccl_tests_2018.log"), sample_text("nccl_tests_2019.log"),
      sample_text("nccl_tests_2023_mpirun.log"), sample_text("nccl_tests_2026_srun.log"),
      "size_bytes,time_us\n8,16.5\n1024,17\n1048576,250\n"};
  int read = 0;
  int refused = 0;
  for (std::uint32_t seed = first; seed != first + 10'000; ++seed) {
    Mutation mutation(seed);
    const std::string text = mutation.of(originals[mutation.below(originals.size())]);
    INFO("PALSIM_FUZZ_SEED=", seed);
    INFO("text: ", text);
    try {
      const CollectiveLog log = parse(text);
      REQUIRE(log.measurements.size() >= 2);
      for (const Measurement& measurement : log.measurements) {
        REQUIRE(measurement.size > Bytes(0));
        REQUIRE(measurement.time > Duration());
      }
      ++read;
    } catch (const InputError& error) {
      const std::string message = error.what();
      CAPTURE(message);
      REQUIRE(message.starts_with("a.log:"));
      REQUIRE(message.find("; write") != std::string::npos);
      ++refused;
    }
  }
  CHECK(read > 1000);
  CHECK(refused > 1000);
}
