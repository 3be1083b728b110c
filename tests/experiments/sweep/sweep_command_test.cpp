// What palsim sweep prints, and what it refuses.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiments/command/csv_table.hpp"
#include "tests/experiments/sweep/sweep_home.hpp"

using namespace palsim;

namespace {

using Json = nlohmann::ordered_json;

const Words over_two{"small", "--over", "compute.jitter=0,0.05,0.1", "--over",
                     "method.palsgd.sync_interval=10,20"};

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

CsvTable table_of(const CommandResult& result) { return CsvTable(result.out, "rows", {"error"}); }

}  // namespace

TEST_CASE("a row has its cell's values, then what predict says of that cell, then no error") {
  const SweepHome home;
  const CommandResult result = home.sweep(over_two);
  CHECK(result.status == 0);
  CHECK(result.err == "");
  const CsvTable table = table_of(result);
  REQUIRE(table.rows() == 12);
  std::size_t row = 0;
  for (const char* jitter : {"0", "0.05", "0.1"}) {
    for (const char* interval : {"10", "20"}) {
      const CommandResult predicted = home.run(
          {"predict", "small", "--format", "csv", "--set", fmt::format("compute.jitter={}", jitter),
           "--set", fmt::format("method.palsgd.sync_interval={}", interval)});
      const CsvTable expected(predicted.out, "predicted", {});
      for (std::size_t method = 0; method < 2; ++method, ++row) {
        CHECK(table.text(row, "compute.jitter") == jitter);
        CHECK(table.text(row, "method.palsgd.sync_interval") == interval);
        for (const std::string& column : expected.columns()) {
          CHECK(table.text(row, column) == expected.text(method, column));
        }
        CHECK(table.text(row, "error") == "");
      }
      CHECK(table.columns().size() == expected.columns().size() + 3);
    }
  }
}

TEST_CASE("an axis that is also a field is one column, as it was written") {
  const SweepHome home;
  home.folder().write("topologies/other.toml",
                      with(cluster_text, "name = \"small_cluster\"", "name = \"quite another\""));
  const CommandResult result =
      home.sweep({"small", "--over", "workers=1,2", "--over", "cluster=small_cluster,other"});
  REQUIRE(result.status == 0);
  CHECK(result.out.starts_with("workers,cluster,experiment,model,seed,label,"));
  const CsvTable table = table_of(result);
  REQUIRE(table.rows() == 8);
  CHECK(table.text(0, "cluster") == "small_cluster");
  CHECK(table.text(2, "cluster") == "other");
  CHECK(table.text(4, "workers") == "2");
}

TEST_CASE("an experiment with several numbers of workers has rows for each in every cell") {
  const SweepHome home;
  const CommandResult result =
      home.sweep({"small", "--set", "workers=[1, 2]", "--over", "steps=100,200"});
  const CsvTable table = table_of(result);
  REQUIRE(table.rows() == 8);
  for (std::size_t row = 0; row < 8; ++row) {
    CHECK(table.text(row, "steps") == (row < 4 ? "100" : "200"));
    CHECK(table.text(row, "workers") == (row % 4 < 2 ? "1" : "2"));
    CHECK(table.text(row, "label") == (row % 2 == 0 ? "ddp" : "palsgd"));
  }
}

TEST_CASE("JSON has the rows of CSV under the same names") {
  const SweepHome home;
  const Words words = joined(over_two, {"--over", "workers=1,2,3"});
  const CsvTable table = table_of(home.sweep(words));
  const Json rows = Json::parse(home.sweep(joined(words, {"--format", "json"})).out);
  REQUIRE(rows.size() == table.rows());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    std::vector<std::string> names;
    for (const auto& [name, value] : rows[row].items()) {
      names.push_back(name);
      const std::string text = value.is_null()     ? ""
                               : value.is_string() ? value.get<std::string>()
                                                   : value.dump();
      CHECK(table.text(row, name) == text);
    }
    CHECK(names == table.columns());
  }
  CHECK(rows[0]["compute.jitter"].is_number());
  CHECK(rows[0]["error"].is_null());
  CHECK(rows.back()["error"].is_string());
}

TEST_CASE("a cell that fails is a row with its error, and the rest goes on") {
  const SweepHome home;
  const CommandResult result = home.sweep({"small", "--over", "workers=3,2,1", "--zip"});
  CHECK(result.status == 0);
  CHECK(result.err == "1 of 3 cells failed; their rows say why\n");
  const CsvTable table = table_of(result);
  REQUIRE(table.rows() == 5);
  CHECK(table.text(0, "workers") == "3");
  CHECK(table.text(0, "label") == "");
  CHECK(table.text(0, "wall_clock_mean_s") == "");
  CHECK(table.text(0, "error") ==
        "--set workers=3: workers = 3: 3 workers; the cluster has 2, write at most that or more "
        "nodes");
  CHECK(table.text(1, "workers") == "2");
  CHECK(table.text(1, "error") == "");
}

TEST_CASE("if all cells fail, their rows are printed and a line names the first") {
  const SweepHome home;
  const CommandResult result = home.sweep({"small", "--over", "workers=3,4"});
  CHECK(result.status == 2);
  CHECK(table_of(result).rows() == 2);
  CHECK(result.err ==
        "all 2 cells failed, the first: --set workers=3: workers = 3: 3 workers; the cluster has "
        "2, write at most that or more nodes\n");
}

TEST_CASE("a key that does not exist ends the sweep before it begins") {
  const SweepHome home;
  CHECK(home.refused({"small", "--over", "workres=1,2"}) ==
        "--set workres=1: unknown key 'workres' in the experiment; did you mean 'workers'?");
  CHECK(home.refused({"small", "--over", "method.plasgd.mix_rate=1,2"}) ==
        "--set method.plasgd.mix_rate=1: nothing here is named 'plasgd'; did you mean 'palsgd'?");
  CHECK(home.refused({"small", "--over", "cluster.device.memry=1GB"}) ==
        "--set cluster.device.memry=1GB: unknown key 'memry' in [device]; did you mean 'memory'?");
  // Behind cells that fail for another reason.
  CHECK(home.refused({"small", "--over", "workers=3,2", "--over", "compute.jiter=0,0.1"}) ==
        "--set compute.jiter=0: unknown key 'jiter' in [compute]; did you mean 'jitter'?");
  CHECK(home.refused({"small", "--set", "sed=1", "--over", "workers=1,2"}) ==
        "--set sed=1: unknown key 'sed' in the experiment; did you mean 'seed'?");
}

TEST_CASE("what is no sweep is refused") {
  const SweepHome home;
  CHECK(home.refused({"small"}) ==
        "palsim sweep: no axis; write --over KEY=LIST, such as --over workers=4,8,16");
  CHECK(home.refused({"--over", "workers=1"}) ==
        "palsim sweep: no experiments; write the name of one");
  CHECK(home.refused({"smal", "--over", "workers=1"}) ==
        "experiment smal: 'smal' is not in experiments/; did you mean 'small'?");
  CHECK(home.refused({"small", "--over", "workers"}) ==
        "--over workers: no key and values; write KEY=LIST, such as workers=4,8,16");
  CHECK(home.refused({"small", "--over", "workers=2..1+1"}) ==
        "--over workers '2..1+1': empty; write the lower end first");
  CHECK(home.refused({"small", "--over", "workers=1", "--set", "workers=2"}) ==
        "--set workers=2: --over workers varies it; write one of the two");
  CHECK(home.refused({"small", "--over", "workers=1,2", "--over", "seed=1,2,3", "--zip"}) ==
        "--zip: workers has 2 values and seed has 3; write as many for each");
  CHECK(home.refused({"small", "--over", "workers=1", "--format", "tabel"}) ==
        "--format tabel: not a format; did you mean 'table'?");
}

TEST_CASE("a table has the axes, times and shares of every row, and says once what failed") {
  const SweepHome home;
  const Words words{"small", "--over", "workers=1,2,3,4", "--format"};
  const CommandResult table = home.sweep(joined(words, {"table"}));
  CAPTURE(table.out);
  CHECK(table.status == 0);
  CHECK(table.out.starts_with("workers  method  wall clock (ms)  speedup  compute"));
  CHECK(table.out.find("\n2        palsgd  ") != std::string::npos);
  CHECK(table.out.find("\n3        -                failed  ") != std::string::npos);
  CHECK(table.out.find("\nfailed: --set workers=3: ") != std::string::npos);
  const CommandResult markdown = home.sweep(joined(words, {"markdown"}));
  CHECK(std::count(markdown.out.begin(), markdown.out.end(), '\n') == 12);
  CHECK(markdown.out.find("\n| 2       | palsgd | ") != std::string::npos);
}

TEST_CASE("more than a million cells are not begun unasked") {
  const SweepHome home;
  CHECK(home.refused({"small", "--over", "seed=1..1001+1", "--over", "steps=1..1000+1"}) ==
        "--over: 1001000 cells, more than 1000000; write fewer values, or --yes");
}

TEST_CASE("1, 2 and 8 threads and 1 and 3 processes print the same bytes") {
  const SweepHome home;
  const Words words = joined(over_two, {"--over", "workers=1,2,3", "--set", "seeds=3"});
  const CommandResult one = home.sweep(words, 1);
  CHECK(one.status == 0);
  CHECK(std::count(one.out.begin(), one.out.end(), '\n') == 31);
  for (const int threads : {2, 8}) CHECK(home.sweep(words, threads).out == one.out);
  for (const int processes : {1, 3}) {
    CAPTURE(processes);
    const CommandResult shared = home.sweep_by_processes(words, processes, 2);
    CHECK(shared.status == 0);
    CHECK(shared.out == one.out);
    CHECK(shared.err == one.err);
  }
}

TEST_CASE("a single cell prints the same bytes by any number of threads") {
  const SweepHome home;
  const Words words{"small", "--over", "seed=3", "--set", "seeds=7"};
  const CommandResult one = home.sweep(words, 1);
  CHECK(one.status == 0);
  CHECK(home.sweep(words, 5).out == one.out);
}

TEST_CASE("processes that read other files, or none, do not share a sweep") {
  const SweepHome home;
  const SweepHome other;
  const Words words{"small", "--over", "workers=1,2"};
  const CommandResult mixed = home.sweep_with(other, words);
  CHECK(mixed.status == 2);
  CHECK(mixed.err ==
        "process 1 reads other files than process 0; write the same ones on all machines\n");
  std::filesystem::remove(other.small());
  const CommandResult without = home.sweep_with(other, words);
  CHECK(without.status == 2);
  CHECK(without.err.starts_with("process 1: experiment small: 'small' is not in experiments/"));
}

TEST_CASE("of several processes one says what is wrong, and all end") {
  const SweepHome home;
  const CommandResult unknown = home.sweep_by_processes({"small", "--over", "workres=1,2"}, 3);
  CHECK(unknown.status == 2);
  CHECK(unknown.out == "");
  CHECK(unknown.err ==
        "--set workres=1: unknown key 'workres' in the experiment; did you mean 'workers'?\n");
  const CommandResult failed = home.sweep_by_processes({"small", "--over", "workers=3,4"}, 3);
  CHECK(failed.status == 2);
  CHECK(failed.err.starts_with("all 2 cells failed, the first: "));
  CHECK(std::count(failed.err.begin(), failed.err.end(), '\n') == 1);
}
