#include <doctest/doctest.h>

#include "experiments/validation/tcp_namespaces/comparison.hpp"
#include "experiments/validation/tcp_namespaces/host_calibration.hpp"
#include "sim/core/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "topologies/topology_writer.hpp"

using namespace palsim;

namespace {

Comparison example() {
  return {.link = "1Gbit/s",
          .hosts = 4,
          .method = "PALSGD, p = 0.25",
          .steps = 64,
          .repeats = 3,
          .predicted = {2.2, 1.1, 0.9, 0.2, 88e6},
          .measured = {2.0, 1, 0.8, 0.2, 88.5e6},
          .spread = 0.015};
}

HostCalibration two_hosts_on_two_cores() {
  return {.link = {BytesPerSecond(119e6), Duration::seconds(20e-6)},
          .steps = {{.workers = 1, .step_s = 8e-3}, {.workers = 2, .step_s = 10e-3}},
          .data_time = Duration::seconds(1e-3),
          .jitter = 0.02,
          .fp32 = FlopsPerSecond(1e11),
          .updates = BytesPerSecond(1e10)};
}

}  // namespace

TEST_CASE("A comparison of hosts is read back from its row as it was") {
  const TemporaryFolder folder;
  const std::string path =
      folder.write("results.csv", "# where\n" + csv_header() + csv_row(example()));
  const std::vector<Comparison> read = load_comparisons(path);
  REQUIRE(read.size() == 1);
  CHECK(csv_row(read[0]) == csv_row(example()));
  CHECK(read[0].error() == doctest::Approx(0.1));
  CHECK(comparison_table(read).find("PALSGD, p = 0.25") != std::string::npos);
}

TEST_CASE("A table of no comparison of hosts is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(load_comparisons(folder.write("results.csv", csv_header())), InputError);
}

TEST_CASE("Hosts have links of their own at the measured rate and share the cores") {
  const BytesPerSecond link(125e6);
  const Topology hosts = host_topology(two_hosts_on_two_cores(), link);
  CHECK(hosts.network.ranks() == 2);
  const Route route = hosts.network.route(0, 1);
  REQUIRE(route.links.size() == 2);
  CHECK(hosts.network.bandwidth(route.links[0]).count() == doctest::Approx(119e6));
  CHECK(route.latency == Duration::seconds(20e-6));
  CHECK(hosts.device.throughput == std::vector<double>{1, 1.6});
  CHECK(hosts.transport.algorithm == Algorithm::halving_doubling);
}

TEST_CASE("A link that measures above its rate is taken to have the rate") {
  const Topology hosts = host_topology(two_hosts_on_two_cores(), BytesPerSecond(100e6));
  CHECK(hosts.network.bandwidth(0).count() == doctest::Approx(100e6));
}

TEST_CASE("The file of the hosts' topology holds what was measured") {
  const Topology hosts = host_topology(two_hosts_on_two_cores(), BytesPerSecond(125e6));
  const TemporaryFolder folder;
  const Topology read = load_topology(folder.write("topology.toml", to_toml(hosts)));
  CHECK(to_toml(read) == to_toml(hosts));
}
