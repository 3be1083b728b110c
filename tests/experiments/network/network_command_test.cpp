// What palsim network may be asked, and what not: exit status 2, one line.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/palsim_home.hpp"

using namespace palsim;

namespace {

using Json = nlohmann::json;

Words network(Words more) {
  more.insert(more.begin(), {"network", "small_cluster"});
  return more;
}

Json json_of(const Home& home, Words words) {
  words.insert(words.end(), {"--format", "json"});
  const CommandResult result = home.run(network(std::move(words)));
  CHECK(result.status == 0);
  CHECK(result.err == "");
  return Json::parse(result.out);
}

std::string flows(const Home& home, const std::string& rows) {
  home.folder().write("flows.csv", "start_s,source_rank,target_rank,bytes\n" + rows);
  return home.refusal(network({"--flows", "flows.csv"}));
}

}  // namespace

TEST_CASE("a range of sizes is every power of two times the first, and its rows are consistent") {
  const Home home;
  const Json rows = json_of(home, {"--all-reduce", "1KiB:100KiB"});
  REQUIRE(rows.size() == 7);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const Json& row = rows[at];
    CHECK(row["bytes"] == 1024 << at);
    const double time_s = row["time_s"];
    CHECK(row["algorithm_bandwidth_Bps"].get<double>() ==
          doctest::Approx(row["bytes"].get<double>() / time_s));
    // Two ranks: the bus bandwidth of an all-reduce is its algorithm bandwidth.
    CHECK(row["bus_bandwidth_Bps"] == row["algorithm_bandwidth_Bps"]);
    CHECK(row["protocol"].is_null());
  }
}

TEST_CASE("every collective runs, and half an all-reduce is a reduce-scatter") {
  const Home home;
  const auto seconds = [&](const char* collective) {
    return json_of(home, {fmt::format("--{}", collective), "64MB"})[0]["time_s"].get<double>();
  };
  // Two chunks of 32 MB at 10 GB/s, with 2 us from GPU to GPU.
  CHECK(seconds("reduce-scatter") == doctest::Approx(0.0032 + 2e-6));
  CHECK(seconds("all-gather") == doctest::Approx(0.0032 + 2e-6));
  CHECK(seconds("all-reduce") == doctest::Approx(0.0064 + 4e-6));
  CHECK(seconds("broadcast") == doctest::Approx(0.0064 + 2e-6));
  CHECK(seconds("send") == doctest::Approx(0.0064 + 2e-6));
}

TEST_CASE("links carry what the collective sends, and none more than it can") {
  const Home home;
  const Json links = json_of(home, {"--all-reduce", "64MB", "--link-report"});
  REQUIRE(links.size() == 4);
  for (const Json& link : links) {
    CHECK(link["bytes"] == 64e6);
    CHECK(link["utilization"].get<double>() <= 1);
    CHECK(link["utilization"].get<double>() > 0.99);
  }
  CHECK(links[0]["link"] == "gpu0 -> switch");
  CHECK(links[3]["link"] == "switch -> gpu1");
}

TEST_CASE("flows come back with their ends, in their order") {
  const Home home;
  home.folder().write("flows.csv",
                      "start_s,source_rank,target_rank,bytes\n"
                      "# the second starts when half of the first is through\n"
                      "0.5,0,1,10000000000\n1.0,0,1,2500000000\n\n0,1,0,0\n");
  const CommandResult result = home.run(network({"--flows", "flows.csv"}));
  CHECK(result.err == "");
  CHECK(result.out ==
        "start_s,source_rank,target_rank,bytes,finish_s\n"
        "0.5,0,1,10000000000,1.750002000\n"
        "1,0,1,2500000000,1.500002000\n"
        "0,1,0,0,0.000002000\n");
}

TEST_CASE("flows that cannot be are refused where they stand") {
  const Home home;
  CHECK(flows(home, "0,0,2,5\n") ==
        "flows.csv:2:5: target_rank = 2: the cluster has 2 ranks; write 0 to 1");
  CHECK(flows(home, "0,0,1,5\n0,1,1,5\n") ==
        "flows.csv:3:5: a flow from rank 1 to itself; write another target");
  CHECK(flows(home, "0,0,1,-5\n") == "flows.csv:2:7: bytes = -5; write a number of at least 0");
  CHECK(flows(home, "-1,0,1,5\n") == "flows.csv:2:1: start_s = -1; write a number of at least 0");
  CHECK(flows(home, "0,0,1,2.5\n") == "flows.csv:2:7: bytes = 2.5; write a whole number");
  CHECK(flows(home, "0,0,one,5\n") ==
        "flows.csv:2:5: target_rank = 'one' is not a number; write one");
  CHECK(flows(home, "0,0,1\n") == "flows.csv:2:1: 3 fields under 4 columns; write one for each");
  CHECK(flows(home, "1e99,0,1,5\n") == "flows.csv:2:1: start_s = 1e+99; write at most 1000000000");
  home.folder().write("other.csv", "start,source\n0,1\n");
  CHECK(home.refusal(network({"--flows", "other.csv"})) ==
        "other.csv:1:1: no column 'start_s'; write a header with "
        "start_s,source_rank,target_rank,bytes");
  CHECK(home.refusal(network({"--flows", "none.csv"})) ==
        "none.csv: cannot be read; write the name of a readable CSV file");
}

TEST_CASE("an algorithm that the topology cannot run is refused") {
  const Home home;
  const std::string hierarchical =
      "algorithm = \"hierarchical\" needs several nodes with equally many workers, two or more, on "
      "each; here are workers of one node; write \"ring\", \"tree\" or \"auto\"";
  CHECK(home.refusal(network({"--all-reduce", "1MB", "--algorithm", "hierarchical"})) ==
        "--set transport.algorithm=hierarchical: " + hierarchical);
  home.folder().write("topologies/forced.toml",
                      cluster_text + "\n[transport]\nalgorithm = \"hierarchical\"\n");
  CHECK(home.refusal({"network", "forced", "--all-reduce", "1MB"}) ==
        (home.folder().path() / "topologies/forced.toml:17:13: ").string() + hierarchical);
  CHECK(home.refusal(network({"--all-reduce", "1MB", "--algorithm", "tre"})) ==
        "--algorithm tre: not an algorithm; did you mean 'tree'?");
}

TEST_CASE("ranks that the algorithm cannot run on are refused under the option that named them") {
  const Home home;
  std::string four = cluster_text;
  four.replace(four.find("small_cluster"), 13, "four");
  const std::string tail =
      "\n[fabric]\nattach = \"switch\"\nbandwidth = \"1GB/s\"\nlatency = \"1us\"\n";
  home.folder().write("topologies/four.toml", with(four, "\n[node]", "nodes = 2\n[node]") + tail);
  const auto begin = [&](Words ranks) {
    Words words{"network", "four", "--all-reduce", "1MB", "--algorithm", "hierarchical"};
    words.insert(words.end(), ranks.begin(), ranks.end());
    const std::string line = home.refusal(words);
    return line.substr(0, line.find(" needs"));
  };
  const std::string obstacle = "algorithm = \"hierarchical\"";
  CHECK(begin({"--workers", "3"}) == "--workers 3: " + obstacle);
  CHECK(begin({"--group", "0,1", "--group", "2,3"}) == "--group 0,1 --group 2,3: " + obstacle);
}

TEST_CASE("an option that does not belong to what is asked is refused") {
  const Home home;
  home.folder().write("flows.csv", "start_s,source_rank,target_rank,bytes\n0,0,1,5\n");
  const auto refusal = [&](Words words) { return home.refusal(network(std::move(words))); };
  const auto line = [](const char* asked, const char* option) {
    return fmt::format("--{}: --{} does not go with it; leave it out", asked, option);
  };
  CHECK(refusal({"--describe", "--format", "json"}) ==
        "--format json: not a format; known: table, markdown");
  CHECK(refusal({"--dot", "--format", "json"}) == line("dot", "format"));
  CHECK(refusal({"--describe", "--link-report", "--group", "0"}) == line("describe", "group"));
  CHECK(refusal({"--dot", "--link-report"}) == line("dot", "link-report"));
  CHECK(refusal({"--dot", "--protocol", "LL"}) == line("dot", "protocol"));
  CHECK(refusal({"--flows", "flows.csv", "--algorithm", "tree"}) == line("flows", "algorithm"));
  CHECK(refusal({"--flows", "flows.csv", "--workers", "1"}) == line("flows", "workers"));
  for (const Words& words :
       {Words{"--describe", "--set", "name=x"}, Words{"--dot", "--set", "name=x"},
        Words{"--flows", "flows.csv", "--set", "name=x", "--format", "json"}}) {
    CHECK(home.run(network(words)).status == 0);
  }
}

TEST_CASE("numbers that are none are refused as such") {
  const Home home;
  for (const char* number : {"x", "0-3", "2.5", "-1", "0"}) {
    CHECK(home.refusal(network({"--all-reduce", "1MB", fmt::format("--workers={}", number)}))
              .ends_with(": write a number of at least 1"));
  }
  CHECK(home.refusal(network({"--all-reduce", "1kB:2kB:3kB"})) ==
        "--all-reduce 1kB:2kB:3kB: write SIZE or SIZE:MAX, such as 1KiB:1GiB");
}

TEST_CASE("only an all-reduce has a choice of algorithms") {
  const Home home;
  CHECK(home.refusal(network({"--reduce-scatter", "1MB", "--algorithm", "tree"})) ==
        "--reduce-scatter: --algorithm does not go with it; leave it out");
}

TEST_CASE("measured times are asked for like others, as far as they were measured") {
  const Home home;
  const std::string cores = PALSIM_ROOT "/tests/topologies/shared_cores.toml";
  const auto row = [&](const char* option, const char* workers) {
    const CommandResult result =
        home.run({"network", cores, option, "1MiB", "--workers", workers, "--format", "json"});
    CHECK(result.status == 0);
    return Json::parse(result.out)[0];
  };
  CHECK(row("--all-reduce", "2")["time_s"] == 312e-6);
  CHECK(row("--all-reduce", "2")["algorithm"] == "measured");
  CHECK(row("--all-reduce", "2")["protocol"].is_null());
  CHECK(row("--broadcast", "8")["time_s"] == 402e-6);
  CHECK(row("--all-reduce", "1")["time_s"] == 0);
  const CommandResult table = home.run({"network", cores, "--all-reduce", "1MiB"});
  CHECK(table.out.starts_with(
      "shared_cores: all-reduce over 8 ranks on 1 node, transport measured\n"));
  CHECK(table.out.ends_with("bottleneck at 1048576 B: none\n"));
  CHECK(home.run({"network", cores, "--describe"}).status == 0);
  CHECK(home.run({"network", cores, "--all-reduce", "1MiB", "--link-report"}).status == 0);

  CHECK(
      home.refusal({"network", cores, "--reduce-scatter", "1MiB"}) ==
      "--reduce-scatter 1MiB: kind = \"measured\" tells of all-reduces and broadcasts only; write "
      "one of them, or kind = \"ideal\"");
  CHECK(home.refusal({"network", cores, "--all-reduce", "1MiB", "--algorithm", "tree"})
            .ends_with("an algorithm does not go with kind = \"measured\"; leave it out"));
  CHECK(
      home.refusal({"network", cores, "--all-reduce", "1MiB", "--set",
                    "transport.broadcast=[{workers = 2, size = \"1B\", time = \"1us\"}]"}) ==
      "--all-reduce 1MiB: workers = 8, but broadcasts were measured over 2 to 2; write as many, or "
      "measure those of 8");
  home.folder().write("flows.csv", "start_s,source_rank,target_rank,bytes\n0,0,1,5\n");
  CHECK(home.refusal({"network", cores, "--flows", "flows.csv"})
            .ends_with("no links join the node's workers; write links in [node]"));
}

TEST_CASE("sizes, ranks and questions that make no sense are refused") {
  const Home home;
  const auto refusal = [&](Words words) { return home.refusal(network(std::move(words))); };
  CHECK(refusal({}) ==
        "palsim network: nothing to do; write --all-reduce 1KiB:1GiB, --flows FILE, --describe, or "
        "see palsim network --help");
  CHECK(refusal({"--all-reduce", "1KiB", "--dot"}) ==
        "palsim network: --all-reduce and --dot; write one of them");
  CHECK(refusal({"--all-reduce", "12"}).starts_with("--all-reduce"));
  CHECK(refusal({"--all-reduce", "1MiB:1KiB"}) ==
        "--all-reduce 1MiB:1KiB: write a range that rises from a size above zero, such as "
        "1KiB:1GiB");
  CHECK(refusal({"--all-reduce", "1MiB", "--workers", "3"}) ==
        "--workers 3: the cluster has 2; write 1 to 2");
  CHECK(refusal({"--all-reduce", "1MiB", "--group", "0-2"}) ==
        "--group 0-2: the cluster has 2 ranks; write 0 to 1");
  CHECK(refusal({"--all-reduce", "1MiB", "--group", "0,1,0"}) ==
        "--group 0,1,0: rank 0 twice; write each rank once");
  CHECK(refusal({"--all-reduce", "8000000TiB"}) == "--all-reduce 8000000TiB: write at most 1PiB");
  CHECK(refusal({"--send", "1KiB:2PiB"}) == "--send 2PiB: write at most 1PiB");
  CHECK(refusal({"--all-reduce", "1MiB", "--group", "0,x"}) ==
        "--group 0,x: 'x' is no rank and no range; write such as 0-3,8");
  CHECK(refusal({"--send", "1MiB", "--group", "0"}) ==
        "--group 0: 1 ranks; --send goes between two");
  CHECK(refusal({"--send", "1MiB", "--workers", "1"}) ==
        "--workers 1: --send goes between two; write 2, or --group 0,1");
  CHECK(home.refusal({"network", "--describe"}) ==
        "palsim network: 0 topologies; write a name in topologies/ or the path of a TOML file");
}
