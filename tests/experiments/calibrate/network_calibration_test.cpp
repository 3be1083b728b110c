#include "experiments/calibrate/network_calibration.hpp"

#include <doctest/doctest.h>

#include "sim/core/error.hpp"
#include "sim/network/communicator.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/draws.hpp"

using namespace palsim;

namespace {

Topology cluster(const std::string& name) {
  return load_topology(std::string(PALSIM_ROOT) + "/topologies/" + name + ".toml");
}

CollectiveLog sample(const std::string& name) {
  return load_collective_log(std::string(PALSIM_ROOT) + "/tests/experiments/calibrate/" + name);
}

Topology read_back(const std::string& text) {
  return read_topology(parse_document(text, "fitted.toml"));
}

// What NCCL's model says on a cluster with the transport that it has.
Duration time_on(const Topology& topology, const NetworkCalibration& calibration, Bytes size) {
  const Rank workers = calibration.workers;
  Communicator communicator(topology.network, topology.transport, {.workers = workers});
  const NcclSetting setting{.workers = workers,
                            .nodes = topology.network.node_of(workers - 1) + 1,
                            .node_links = topology.transport.node_links,
                            .fabric_latency = topology.network.fabric_latency(),
                            .bus_bandwidth = communicator.bus_bandwidth(),
                            .fit = topology.transport.fit};
  return nccl_fastest(setting, calibration.log.facts.collective, topology.transport.algorithm,
                      topology.transport.protocol, size)
      .time;
}

}  // namespace

TEST_CASE("the written topology reads back to the fitted times, to the nanosecond") {
  struct Case {
    const char* log;
    const char* cluster;
  };
  for (const Case& example :
       {Case{"nccl_tests_2018.log", "l40s_pcie_x4"}, Case{"nccl_tests_2019.log", "v100_nvlink_x8"},
        Case{"nccl_tests_2023_mpirun.log", "l40s_tcp_x4"},
        Case{"nccl_tests_2026_srun.log", "l40s_pcie_x4_multi_node"}}) {
    CAPTURE(example.log);
    const NetworkCalibration calibration =
        calibrate_network(sample(example.log), cluster(example.cluster), std::nullopt);
    const Topology again = read_back(calibrated_topology(calibration, "fitted"));
    CHECK(again.name == "fitted");
    CHECK(again.transport.kind == TransportKind::nccl);
    for (std::size_t i = 0; i < calibration.log.measurements.size(); ++i) {
      CHECK(time_on(again, calibration, calibration.log.measurements[i].size) ==
            calibration.fit.fitted[i]);
    }
    CHECK(mean_error(calibration.fit.error) < 0.1);
  }
}

TEST_CASE("the written topology says what it was fitted to and how well") {
  const NetworkCalibration calibration =
      calibrate_network(sample("nccl_tests_2026_srun.log"), cluster("l40s_pcie_x4"), std::nullopt);
  const std::string text = calibrated_topology(calibration, "fitted");
  CHECK(text.find("nccl_tests_2026_srun.log") != std::string::npos);
  CHECK(
      text.find("# all_gather over 4 ranks, NCCL 2.30.7, 6 sizes from 1048576 to 1073741824 B.") !=
      std::string::npos);
  CHECK(text.find("# Error: mean ") != std::string::npos);
}

TEST_CASE("a log's name may hold anything, and the file stays TOML") {
  CollectiveLog log = sample("nccl_tests_2026_srun.log");
  log.source = "a\nname = \"x\"\xff\xc3\xa9\x7f.log";
  const NetworkCalibration calibration =
      calibrate_network(std::move(log), cluster("l40s_pcie_x4"), std::nullopt);
  CHECK(read_back(calibrated_topology(calibration, "fitted")).name == "fitted");
}

TEST_CASE("an ideal transport, an earlier fit and a launch cost are replaced") {
  Topology given = cluster("l40s_pcie_x4");
  const NetworkCalibration fresh =
      calibrate_network(sample("nccl_tests_2026_srun.log"), given, std::nullopt);
  given.transport.kind = TransportKind::ideal;
  given.transport.fit.latency_factor = 7;
  given.transport.fit.corrections = {{Bytes(8), 3}};
  given.transport.launch = Duration::nanoseconds(5000);
  const NetworkCalibration again =
      calibrate_network(sample("nccl_tests_2026_srun.log"), given, std::nullopt);
  CHECK(again.fit.fitted == fresh.fit.fitted);
  CHECK(again.fitted.transport.kind == TransportKind::nccl);
  CHECK(again.fitted.transport.launch == Duration());
  CHECK(again.fitted.transport.fit.latency_factor == fresh.fit.fit.latency_factor);
}

TEST_CASE("the log says how many ranks, else the command, else the cluster") {
  const auto workers = [](const std::string& text, std::optional<Rank> asked) {
    return calibrate_network(parse_collective_log(text, "a.csv"), cluster("v100_nvlink_x8"), asked)
        .workers;
  };
  const std::string table = "bytes,time_us\n1000,20\n1000000,30\n";
  CHECK(workers(table, std::nullopt) == 8);
  CHECK(workers(table, 4) == 4);
  const NetworkCalibration two =
      calibrate_network(sample("nccl_tests_2018.log"), cluster("v100_nvlink_x8"), 2);
  CHECK(two.workers == 2);
  CHECK(two.nodes == 1);
  const NetworkCalibration nodes =
      calibrate_network(sample("nccl_tests_2023_mpirun.log"), cluster("l40s_tcp_x4"), std::nullopt);
  CHECK(nodes.nodes == 4);
}

TEST_CASE("ranks that the cluster does not have, or that the log denies, are refused") {
  const std::string path = std::string(PALSIM_ROOT) + "/tests/experiments/calibrate/";
  const auto complaint = [](const std::string& log, const std::string& name,
                            std::optional<Rank> asked) {
    return complaint_of([&] { calibrate_network(sample(log), cluster(name), asked); });
  };
  CHECK(complaint("nccl_tests_2019.log", "l40s_pcie_x4", std::nullopt) ==
        path +
            "nccl_tests_2019.log:11:1: 8 ranks, but the cluster 'l40s_pcie_x4' has 4; write a "
            "cluster of more, or --set nodes=N");
  CHECK(complaint("nccl_tests_2019.log", "v100_nvlink_x8", 4) ==
        "--workers 4: " + path + "nccl_tests_2019.log has 8 ranks; leave --workers out");
  for (const Rank workers : {-1, 0, 1, 9}) {
    CHECK(complaint("nccl_tests_2019.log", "v100_nvlink_x8", workers) ==
          fmt::format("--workers {}: the cluster 'v100_nvlink_x8' has 8; write 2 to 8", workers));
  }
  Topology single = cluster("l40s_tcp_x4");
  single.network = Network(Node{.workers = {"gpu0"}});
  CHECK(complaint_of([&] {
          calibrate_network(sample("nccl_tests_2018.log"), single, std::nullopt);
        }) == "--cluster: 'l40s_tcp_x4' has a single worker; write one of several");
}

TEST_CASE("an algorithm that nccl-tests does not run is not fitted") {
  for (const Algorithm algorithm : {Algorithm::halving_doubling, Algorithm::hierarchical}) {
    Topology given = cluster("l40s_pcie_x4");
    given.transport.algorithm = algorithm;
    CHECK(complaint_of(
              [&] { calibrate_network(sample("nccl_tests_2018.log"), given, std::nullopt); }) ==
          "--cluster: the transport of 'l40s_pcie_x4' forces an algorithm that nccl-tests does not "
          "run; write algorithm = \"auto\", \"ring\" or \"tree\"");
  }
}

TEST_CASE("a fit is told in words") {
  CHECK(fit_in_words({}) == "nothing: the model's own figures do");
  CHECK(fit_in_words({.latency_factor = 1.3094, .bandwidth_factor = 0.8712}) ==
        "latency x 1.31, bandwidth x 0.871");
  NcclFit fit{.latency_factor = 2};
  fit.corrections = {{Bytes(8), 1.2}, {Bytes(16), 0.9}, {Bytes(32), 1}};
  CHECK(fit_in_words(fit) == "latency x 2, 3 corrections of time (x 0.9 to x 1.2)");
  fit.corrections.resize(1);
  CHECK(fit_in_words(fit) == "latency x 2, 1 correction of time (x 1.2 to x 1.2)");
}

TEST_CASE("whatever a log measured, a fit is found") {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    std::string text = "bytes,time_ns\n";
    for (std::uint32_t rows = 2 + random() % 10; rows > 0; --rows) {
      const std::int64_t size =
          1 + static_cast<std::int64_t>(random()) % (1LL << (1 + random() % 44));
      const std::int64_t time_ns =
          1 + (static_cast<std::int64_t>(random()) << 10) % (1LL << (1 + random() % 41));
      text += fmt::format("{},{}\n", size, time_ns);
    }
    text += "3,1\n17592186044416,3600000000000\n";
    const NetworkCalibration calibration = calibrate_network(parse_collective_log(text, "a.csv"),
                                                             cluster("l40s_tcp_x4"), std::nullopt);
    const Topology again = read_back(calibrated_topology(calibration, "fitted"));
    CHECK(again.transport.fit.latency_factor == calibration.fit.fit.latency_factor);
  }
}
