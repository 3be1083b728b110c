// palsim calibrate as a user runs it.
#include <doctest/doctest.h>

#include "tests/support/palsim_home.hpp"

using namespace palsim;

namespace {

const std::string log_text =
    "size_bytes,time_us\n8,12\n65536,30\n1048576,200\n16777216,3000\n134217728,24000\n";

class CalibrationHome : public Home {
 public:
  CalibrationHome() { folder().write("a.csv", log_text); }
  std::string path(const std::string& name) const { return (folder().path() / name).string(); }
};

const Words calibrate{"calibrate", "network", "a.csv", "--cluster", "small_cluster"};

Words with_words(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("what palsim does not calibrate is refused") {
  const Home home;
  CHECK(home.refusal({"calibrate"}) ==
        "palsim calibrate: no subject; write one of network, machine");
  CHECK(home.refusal({"calibrate", "netwrok"}) ==
        "palsim calibrate netwrok: not a subject; did you mean 'network'?");
  CHECK(home.run({"calibrate", "--help"}).out.find("  network ") != std::string::npos);
  CHECK(
      home.run({"calibrate", "network", "--help"})
          .out.starts_with("Usage: palsim calibrate network LOG --cluster CLUSTER [OPTION]...\n"));
}

TEST_CASE("a calibration without log or cluster is refused") {
  const CalibrationHome home;
  CHECK(home.refusal({"calibrate", "network", "--cluster", "small_cluster"}) ==
        "palsim calibrate network: no logs; write one, what nccl-tests printed");
  CHECK(home.refusal(with_words(calibrate, {"b.csv"})) ==
        "palsim calibrate network: 2 logs; write one, what nccl-tests printed");
  CHECK(home.refusal({"calibrate", "network", "a.csv"}) ==
        "palsim calibrate network: no --cluster; write a name in topologies/ or the path of a "
        "TOML file");
  CHECK(home.refusal({"calibrate", "network", "a.csv", "--cluster", "smal_cluster"}) ==
        "--cluster smal_cluster: 'smal_cluster' is not in topologies/; did you mean "
        "'small_cluster'?");
  CHECK(home.refusal({"calibrate", "network", "b.csv", "--cluster", "small_cluster"}) ==
        "b.csv: cannot be read; write the name of a readable log");
  CHECK(home.refusal(with_words(calibrate, {"--format", "xml"})) ==
        "--format xml: not a format; known: table, json, csv, markdown");
  CHECK(home.refusal(with_words(calibrate, {"--set", "nodes=2"})) ==
        "--set nodes=2: nodes = 2: needs a [fabric]; write its attach, bandwidth and latency");
}

TEST_CASE("neither the log nor the cluster's files are overwritten") {
  const CalibrationHome home;
  home.folder().write("topologies/derived.toml", "name = \"derived\"\nbase = \"small_cluster\"\n");
  const std::string refused = ": would overwrite what is read; write another path";
  for (const std::string file : {"a.csv", "topologies/small_cluster.toml"}) {
    CHECK(home.refusal(with_words(calibrate, {"--out", file})) == "--out " + file + refused);
  }
  CHECK(home.refusal({"calibrate", "network", "a.csv", "--cluster", "derived", "--out",
                      "topologies/small_cluster.toml"}) ==
        "--out topologies/small_cluster.toml" + refused);
  CHECK(home.folder().read("a.csv") == log_text);
  CHECK(home.folder().read("topologies/small_cluster.toml") == cluster_text);
  CHECK(home.refusal(with_words(calibrate, {"--out", "none/fitted.toml"})) ==
        "'none/fitted.toml': cannot be written; write the path of a file in a writable folder");
}

TEST_CASE("a refused calibration leaves an existing file as it was") {
  const CalibrationHome home;
  home.folder().write("fitted.toml", "what was there");
  home.folder().write("bad.csv", "size_bytes,time_us\n8,12\n16,-1\n");
  CHECK(home.refusal({"calibrate", "network", "bad.csv", "--cluster", "small_cluster", "--out",
                      "fitted.toml"}) == "bad.csv:3:4: time_us = -1; write a number of at least 0");
  CHECK(home.folder().read("fitted.toml") == "what was there");
}

TEST_CASE("the fitted cluster predicts, and a second calibration finds nothing left to fit") {
  const CalibrationHome home;
  CHECK(home.run(with_words(calibrate, {"--out", "fitted.toml"})).status == 0);
  CHECK(home.run({"predict", "small", "--set", "cluster=" + home.path("fitted.toml")})
            .out.find("on fitted, 2 workers") != std::string::npos);
  const std::string first = home.run(with_words(calibrate, {"--format", "csv"})).out;
  const CommandResult second =
      home.run({"calibrate", "network", "a.csv", "--cluster", "fitted.toml", "--format", "csv"});
  CHECK(second.out == first);  // an earlier fit is not stood upon
}

TEST_CASE("ranks on other hosts than the cluster's nodes are warned of") {
  const CalibrationHome home;
  home.folder().write("two.log",
                      "# Rank 0 Group 0 Pid 1 on a device 0 [0x1a] T4\n"
                      "# Rank 1 Group 0 Pid 1 on b device 0 [0x1a] T4\n"
                      "# size count type redop root time algbw busbw #wrong\n"
                      "8 2 float sum -1 20.0 0.00 0.00 0\n"
                      "1000000 250000 float sum -1 1000.0 1.00 1.00 0\n");
  const CommandResult result =
      home.run({"calibrate", "network", "two.log", "--cluster", "small_cluster"});
  CHECK(result.status == 0);
  CHECK(result.err ==
        "warning: two.log: 2 ranks on 2 hosts, but the first 2 workers of small_cluster are on 1 "
        "node\n");
}

TEST_CASE("this machine becomes a cluster that predictions can be made on") {
  const Home home;
  const CommandResult calibrated =
      home.run({"calibrate", "machine", "--workers", "2", "--out", "here.toml"});
  CHECK(calibrated.status == 0);
  CHECK(calibrated.out.find("all-reduce of (B)  2 workers (us)") != std::string::npos);
  const CommandResult predicted = home.run({"predict", "small", "--set", "cluster=here.toml"});
  CHECK(predicted.status == 0);
  CHECK(predicted.out.starts_with("small: small_model on here, 2 workers"));
}

TEST_CASE("a machine of no workers is refused, before anything is measured") {
  const Home home;
  CHECK(home.refusal({"calibrate", "machine", "--workers", "0"}) ==
        "--workers 0: write a number from 1 to 64");
  CHECK(home.refusal({"calibrate", "machine", "--format", "csv"}).starts_with("--format csv: "));
}
