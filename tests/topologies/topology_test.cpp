#include "topologies/topology.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "sim/core/error.hpp"
#include "sim/network/collective_plan.hpp"
#include "sim/network/communicator.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/network_examples.hpp"
#include "topologies/base.hpp"

using namespace palsim;

namespace {

Topology load(const std::string& name) {
  return load_topology(PALSIM_ROOT "/topologies/" + name + ".toml");
}

double bus_gigabytes_per_s(const std::string& name, std::int64_t workers = 0) {
  const Topology topology = load(name);
  return Communicator(topology.network, topology.transport, {.workers = workers})
             .bus_bandwidth()
             .count() /
         1e9;
}

const std::string example = R"(name = "example"
nodes = 2
[node]
workers = ["gpu0", "gpu1"]
links = [
  { ends = ["gpu0", "pcie0"], bandwidth = "12GB/s", latency = "1us" },
  { ends = ["gpu1", "pcie0"], bandwidth = "12GB/s", latency = "1us" },
]
[fabric]
attach = "pcie0"
bandwidth = "100Gbit/s"
latency = "5us"
[device]
name = "Tesla T4"
fp32 = "8.1TFLOP/s"
memory_bandwidth = "320GB/s"
memory = "16GB"
[transport]
kind = "nccl"
)";

Topology read(const std::string& text) { return read_topology(parse_document(text, "f.toml")); }

// What the loader says of the example with one passage replaced.
std::string complaint(const std::string& passage, const std::string& replacement) {
  std::string text = example;
  const std::size_t at = text.find(passage);
  REQUIRE(at != std::string::npos);
  text.replace(at, passage.size(), replacement);
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a topology file holds network, device and transport") {
  const Topology topology = read(example);
  CHECK(topology.name == "example");
  CHECK(topology.network.nodes() == 2);
  CHECK(topology.network.ranks() == 4);
  CHECK(topology.network.route(0, 2).latency == nanoseconds(1000 + 5000 + 5000 + 1000));
  CHECK(topology.device.name == "Tesla T4");
  CHECK(topology.device.fp32 == FlopsPerSecond(8.1e12));
  CHECK_FALSE(topology.device.bf16.has_value());
  CHECK(topology.device.memory == Bytes(16'000'000'000));
  CHECK(topology.device.compute_efficiency == 1);
  CHECK(topology.transport.kind == TransportKind::nccl);
  CHECK(topology.transport.algorithm == Algorithm::automatic);
  CHECK(topology.transport.rings.empty());
}

TEST_CASE("overrides laid over the document count") {
  Value document = parse_document(example, "f.toml");
  override_value(document, "nodes=16");
  override_value(document, "fabric.bandwidth=1GB/s");
  const Topology topology = read_topology(document);
  CHECK(topology.network.ranks() == 32);
  CHECK(topology.network.bandwidth(4) == gigabytes_per_s(1));
}

TEST_CASE("every topology file has the workers its name says") {
  const std::pair<const char*, std::int64_t> expected[] = {{"t4_pcie_x4", 4},
                                                           {"t4_pcie_x4_multi_node", 64},
                                                           {"v100_nvlink_x8", 8},
                                                           {"v100_nvlink_x8_multi_node", 32},
                                                           {"v100_dgx_station_x4x2", 8},
                                                           {"l40s_pcie_x4", 4},
                                                           {"l40s_pcie_x4_multi_node", 64},
                                                           {"l40s_tcp_x4", 4}};
  for (const auto& [name, workers] : expected) {
    CAPTURE(name);
    const Topology topology = load(name);
    CHECK(topology.name == name);
    CHECK(topology.network.ranks() == workers);
    CHECK(topology.transport.kind == TransportKind::nccl);
    CHECK(topology.device.compute_efficiency < 1);
    CHECK(Communicator(topology.network, topology.transport).all_reduce(Bytes(1 << 20)).time >
          Duration());
  }
}

TEST_CASE("the rings of a cluster reach the bus bandwidth that its links allow") {
  CHECK(bus_gigabytes_per_s("t4_pcie_x4") == doctest::Approx(9.7));
  CHECK(bus_gigabytes_per_s("l40s_pcie_x4") == doctest::Approx(22));
  CHECK(bus_gigabytes_per_s("v100_nvlink_x8") == doctest::Approx(120));
  CHECK(bus_gigabytes_per_s("v100_dgx_station_x4x2", 4) == doctest::Approx(120));
  CHECK(bus_gigabytes_per_s("v100_dgx_station_x4x2") == doctest::Approx(1.25));
  CHECK(bus_gigabytes_per_s("l40s_tcp_x4") == doctest::Approx(9.53 / 8));
  CHECK(bus_gigabytes_per_s("v100_nvlink_x8_multi_node") == doctest::Approx(12.5));
}

TEST_CASE("without NCCL's overheads the six rings of eight V100 share the bytes") {
  Value document = load_document(PALSIM_ROOT "/topologies/v100_nvlink_x8.toml");
  override_value(document, "transport.kind=ideal");
  const Topology topology = read_topology(document);
  Communicator communicator(topology.network, topology.transport);
  // 14 steps with an eighth of a sixth each, 2 MB, over 20 GB/s and 600 ns.
  const CollectiveCost all_reduce = communicator.all_reduce(Bytes(6 * 8 * 2'000'000));
  CHECK(all_reduce.algorithm == Algorithm::ring);
  CHECK(all_reduce.time == nanoseconds(14 * (100'000 + 600)));
  CHECK(all_reduce.bytes_sent_per_worker == Bytes(14 * 6 * 2'000'000));
  // Ten pieces of 500 kB along each chain of 7 hops.
  const CollectiveCost broadcast = communicator.broadcast(Bytes(6 * 10 * 500'000));
  CHECK(broadcast.time == nanoseconds((6 + 10) * (25'000 + 600)));
  CHECK(broadcast.bytes_sent_per_worker == Bytes(7 * 30'000'000 / 8));
}

TEST_CASE("a topology that cannot be is refused in one line that says what to write") {
  CHECK(complaint("nodes = 2", "nodes = 0") == "f.toml:2:9: nodes = 0; write at least 1");
  CHECK(complaint("nodes = 2", "node_count = 2") ==
        "f.toml:2:1: unknown key 'node_count' in the topology; did you mean 'node'?");
  CHECK(complaint("[fabric]", "[fabrics]") ==
        "f.toml:2:9: nodes = 2: needs a [fabric]; write its attach, bandwidth and latency");
  CHECK(complaint("\"gpu1\"]\n", "\"gpu0\"]\n") ==
        "f.toml:4:20: worker 'gpu0' is listed twice; write each once");
  CHECK(complaint("\"gpu1\"]\n", "\"gpu1\", \"gpu2\"]\n") ==
        "f.toml:4:28: worker 'gpu2' has no link; write one in links");
  CHECK(complaint("[\"gpu1\", \"pcie0\"]", "[\"gpu1\", \"pcie1\"]") ==
        "f.toml:3:1: no links lead from 'gpu1' to 'gpu0'; write links that join them");
  CHECK(complaint("[\"gpu1\", \"pcie0\"]", "[\"gpu1\", \"gpu1\"]") ==
        "f.toml:7:12: ends = an array: joins 'gpu1' to itself; write two different vertices");
  CHECK(complaint("[\"gpu1\", \"pcie0\"]", "[\"gpu1\"]") ==
        "f.toml:7:12: ends = an array: write the names of two vertices");
  CHECK(complaint("attach = \"pcie0\"", "attach = \"pcie\"") ==
        "f.toml:10:10: attach = 'pcie': no vertex of the node; did you mean 'pcie0'?");
  CHECK(complaint("100Gbit/s", "0Gbit/s") ==
        "f.toml:11:13: bandwidth = '0Gbit/s': must be above zero");
  CHECK(complaint("100Gbit/s", "-1Gbit/s") ==
        "f.toml:11:13: bandwidth = '-1Gbit/s': must be above zero");
  CHECK(complaint("\"100Gbit/s\"", "100") ==
        "f.toml:11:13: bandwidth = 100; write the quantity with its unit in quotes, such as "
        "\"12.5GB/s\"");
  CHECK(complaint("100Gbit/s", "100us") ==
        "f.toml:11:13: bandwidth = '100us' is a time; write a bandwidth such as \"12.5GB/s\"");
  CHECK(complaint("5us", "-5us") == "f.toml:12:11: latency = '-5us': must not be negative");
  CHECK(complaint("fp32 = \"8.1TFLOP/s\"\n", "") ==
        "f.toml:13:1: [device] has no peak; write fp32 = \"8.1TFLOP/s\" or another");
  CHECK(complaint("memory = \"16GB\"", "memory = \"16GB\"\ncompute_efficiency = 1.5") ==
        "f.toml:18:22: compute_efficiency = 1.5: write a fraction above 0, at most 1");
  CHECK(complaint("[device]", "[devise]") ==
        "f.toml:1:1: the topology has no [device]; write its name, peaks and memory");
  CHECK(complaint("\"nccl\"", "\"ncl\"") ==
        "f.toml:19:8: kind = 'ncl' is not known; did you mean 'nccl'?");
}

TEST_CASE("rings must go through each of the node's workers once") {
  const auto with = [](const std::string& lines) {
    return complaint("kind = \"nccl\"", "kind = \"nccl\"\n" + lines);
  };
  CHECK(read(example + "rings = [[\"gpu1\", \"gpu0\"], [\"gpu0\", \"gpu1\"]]\n").transport.rings ==
        std::vector<std::vector<std::int64_t>>{{1, 0}, {0, 1}});
  CHECK(with("rings = [[\"gpu0\"]]") ==
        "f.toml:20:10: a ring through 1 of 2 workers; write each once");
  CHECK(with("rings = [[\"gpu0\", \"gpu0\"]]") ==
        "f.toml:20:19: rings: 'gpu0' twice in one ring; write each once");
  CHECK(with("rings = [[\"gpu0\", \"gpu7\"]]") ==
        "f.toml:20:19: rings: 'gpu7' is no worker; did you mean 'gpu0'?");
  CHECK(with("rings = [\"gpu0\"]") ==
        "f.toml:20:10: rings has 'gpu0'; write lists of the node's workers, such as [[\"gpu0\", "
        "\"gpu1\"]]");
  CHECK(with("rings = []") ==
        "f.toml:20:9: rings = an array: write lists of the node's workers, such as [[\"gpu0\", "
        "\"gpu1\"]]");
  CHECK(with("protocol = \"LL128\"") ==
        "f.toml:20:12: protocol = 'LL128': runs over NVLink only; write \"auto\", \"LL\" or "
        "\"Simple\"");
  CHECK(read(example + "node_links = \"nvlink\"\nprotocol = \"LL128\"\nalgorithm = \"tree\"\n")
            .transport.protocol == Protocol::ll128);
}

namespace {

Value shared_cores() { return load_document(PALSIM_ROOT "/tests/topologies/shared_cores.toml"); }

}  // namespace

TEST_CASE("workers may share a device, and exchange in measured times, with no links at all") {
  const Topology topology = read_topology(shared_cores());
  CHECK(topology.device.throughput == std::vector<double>{1, 1.83});
  CHECK(topology.network.ranks() == 8);
  CHECK(topology.network.links() == 0);
  CHECK(topology.transport.kind == TransportKind::measured);
  CHECK(topology.transport.all_reduce.size() == 3);
  CHECK(topology.transport.broadcast[1].time == nanoseconds(400'000));
  Communicator communicator(topology.network, topology.transport);
  CHECK(communicator.all_reduce(Bytes(1 << 20)).time == nanoseconds(1'502'000));
}

TEST_CASE("what cannot be shared or was not measured is refused in one line") {
  const auto complaint = [](const std::string& assignment) {
    return complaint_of([&] {
      Value document = shared_cores();
      override_value(document, assignment);
      read_topology(document);
    });
  };
  const auto ends = [&](const std::string& assignment, std::string_view end) {
    const std::string found = complaint(assignment);
    CAPTURE(found);
    CHECK(found.ends_with(end));
  };
  ends("device.throughput=[1, 2]", "none");
  ends("device.throughput=[2, 3]",
       "throughput of 1 workers = 2: one worker alone is the unit; write 1");
  ends("device.throughput=[1, 0]", "throughput of 2 workers = 0: must be above zero");
  ends("device.throughput=[1, 2.2]",
       "throughput of 2 workers = 2.2: more than each has alone; write less");
  ends("device.throughput=[1, nan]", "throughput of 2 workers = nan: must be above zero");
  ends("device.throughput=[1, true]", "throughput has true; write plain numbers, such as [1, 1.9]");
  ends("device.throughput=[]", "write the total speed of 1, 2, ... workers, such as [1, 1.9]");
  ends("device.throughput=1.9", "write the total speed of 1, 2, ... workers, such as [1, 1.9]");
  ends("transport.kind=ideal",
       "shared_cores.toml:5:12: worker 'worker0' has no link; write one in links");
  ends("transport.algorithm=ring",
       "an algorithm does not go with kind = \"measured\"; leave it out");
  ends("transport.broadcast=[]",
       "kind = \"measured\" needs times, such as [{ workers = 2, size = \"1MiB\", time = "
       "\"310us\" }]; write them");
  ends("transport.all_reduce=[{workers = 1, size = \"1B\", time = \"1us\"}]",
       "workers = 1; write at least 2");
  ends("transport.all_reduce=[{workers = 2, size = \"1B\"}]",
       "[[all_reduce]] has no 'time'; write a quantity");
  ends(
      "transport.all_reduce=[{workers = 4, size = \"1B\", time = \"1us\"}, {workers = 2, size = "
      "\"1B\", time = \"1us\"}]",
      "workers = 2: fewer than before; write them in ascending order");
  ends(
      "transport.all_reduce=[{workers = 2, size = \"1B\", time = \"1us\"}, {workers = 2, size = "
      "\"1B\", time = \"1us\"}]",
      "size = '1B': not above the one before; write them in ascending order");
  ends("transport.all_reduce=[{workers = 2, size = \"1B\", time = \"0s\"}]",
       "time = '0s': must be above zero");
}

TEST_CASE("on no cluster of the folder has NCCL's model a link carry more than it can") {
  for (const auto& entry : std::filesystem::directory_iterator(PALSIM_ROOT "/topologies")) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    const Topology cluster = load_topology(entry.path().string());
    if (cluster.network.node().links.empty()) continue;  // its times are measured
    for (const Algorithm algorithm : {Algorithm::ring, Algorithm::tree, Algorithm::hierarchical}) {
      CAPTURE(static_cast<int>(algorithm));
      Transport transport = cluster.transport;
      transport.kind = TransportKind::nccl;
      transport.algorithm = algorithm;
      if (!obstacle_to(transport, cluster.network.nodes(), cluster.network.workers_per_node())
               .empty()) {
        continue;
      }
      Communicator communicator(cluster.network, transport);
      for (const Bytes bytes : {Bytes(1000), Bytes(1'000'000), Bytes(1'000'000'000)}) {
        const double time_s = communicator.all_reduce(bytes).time.in_seconds();
        const std::vector<double> carried = communicator.link_bytes(Collective::all_reduce, bytes);
        for (LinkId link = 0; link < carried.size(); ++link) {
          CAPTURE(cluster.network.link_name(link));
          CHECK(carried[link] <= 1.001 * cluster.network.bandwidth(link).count() * time_s);
        }
      }
    }
  }
}

TEST_CASE("a transport's new keys are read, and refused where they make no sense") {
  const auto complaint = [](const std::string& assignment) {
    return complaint_of([&] {
      Value document =
          load_topology_document(PALSIM_ROOT "/topologies/l40s_tcp_x4.toml").description;
      override_value(document, assignment);
      read_topology(document);
    });
  };
  const Topology slow = [] {
    Value document = load_topology_document(PALSIM_ROOT "/topologies/l40s_tcp_x4.toml").description;
    for (const char* assignment :
         {"fabric.achievable=0.5", "transport.setup=2s", "transport.launch=3us",
          "transport.latency_factor=2", "transport.bandwidth_factor=0.5",
          "transport.ring_order=interleaved"}) {
      override_value(document, assignment);
    }
    return read_topology(document);
  }();
  CHECK(slow.network.bandwidth(0).count() == doctest::Approx(0.5 * 9.53e9 / 8));
  CHECK(slow.transport.setup == Duration::seconds(2));
  CHECK(slow.transport.launch == nanoseconds(3000));
  CHECK(slow.transport.fit.latency_factor == 2);
  CHECK(slow.transport.fit.bandwidth_factor == 0.5);
  CHECK(slow.transport.ring_order == RingOrder::interleaved);
  CHECK(complaint("fabric.achievable=1.5") ==
        "--set fabric.achievable=1.5: achievable = 1.5: write a fraction above 0, at most 1");
  CHECK(complaint("fabric.achievable=0") ==
        "--set fabric.achievable=0: achievable = 0: write a fraction above 0, at most 1");
  CHECK(complaint("transport.latency_factor=0") ==
        "--set transport.latency_factor=0: latency_factor = 0: write a factor above 0");
  CHECK(complaint("transport.setup=-1s") != "none");
  CHECK(complaint("nodes=2000000") != "none");
  CHECK(complaint("transport.corrections=[{size = \"1MB\", factor = 2}, {size = \"1kB\", factor = "
                  "2}]")
            .ends_with("write them in ascending order"));
}
