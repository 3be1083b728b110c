#include "experiments/import/matrix_machine.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>

#include "experiments/import/machine_topology.hpp"
#include "sim/core/document.hpp"
#include "tests/support/complaint.hpp"
#include "tests/support/mutation.hpp"
#include "tests/support/network_comparison.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

std::string sample(const std::string& name) {
  return load_text(PALSIM_ROOT "/tests/experiments/import/" + name, "sample");
}

Machine machine(const std::string& text, const GivenRates& given = {}) {
  return machine_of(read_topology_matrix(text, "topo.txt"), "topo.txt", given);
}

ImportedTopology imported(const Machine& machine, std::int64_t nodes = 1) {
  const DeviceSpec device{.name = "GPU",
                          .fp32 = FlopsPerSecond(1e12),
                          .memory_bandwidth = gigabytes_per_s(1),
                          .memory = Bytes(1)};
  return imported_topology(machine, {.name = "imported", .nodes = nodes, .device = device});
}

Network network(const std::string& text, const GivenRates& given = {}) {
  return imported(machine(text, given)).topology.network;
}

Topology cluster(const std::string& name) {
  return load_topology(PALSIM_ROOT "/topologies/" + name + ".toml");
}

// Between workers: by their names.
std::map<std::pair<std::string, std::string>, double> direct_links(const Node& node) {
  std::map<std::pair<std::string, std::string>, double> links;
  for (const NodeLink& link : node.links) {
    if (link.second.starts_with("gpu")) {
      links[{link.first, link.second}] = link.link.bandwidth.count();
    }
  }
  return links;
}

std::vector<std::string> ends_of_links(const Network& network) {
  std::vector<std::string> ends;
  for (const NodeLink& link : network.node().links) ends.push_back(link.first + "-" + link.second);
  return ends;
}

struct Place {
  std::size_t numa, root, bridge;
};

// Where machine_of puts each worker and card, before simplification.
std::map<std::string, Place> places(const Machine& machine) {
  std::map<std::string, Place> places;
  for (std::size_t n = 0; n < machine.numa_nodes.size(); ++n) {
    const std::vector<PcieBranch>& roots = machine.numa_nodes[n].branches;
    for (std::size_t r = 0; r < roots.size(); ++r) {
      for (std::size_t b = 0; b < roots[r].children.size(); ++b) {
        for (const PcieBranch& leaf : roots[r].children[b].children) {
          places[leaf.card ? leaf.card->name : leaf.worker] = {n, r, b};
        }
      }
    }
  }
  return places;
}

std::string word_between(const Place& a, const Place& b) {
  if (a.numa != b.numa) return "SYS";
  if (a.root != b.root) return "NODE";
  return a.bridge == b.bridge ? "PIX" : "PXB";
}

}  // namespace

TEST_CASE("the matrix of a DGX-1 has the NVLinks and the routes of its hand-written file") {
  const Network found = network(sample("v100_dgx1.txt"));
  const Network written = cluster("v100_nvlink_x8").network;
  CHECK(direct_links(found.node()) == direct_links(written.node()));
  CHECK(direct_links(found.node()).size() == 16);
  check_same_routes(found, written);
}

TEST_CASE("the matrix of four L40S has the routes of their hand-written file") {
  const Network found =
      network(sample("l40s_x4.txt"), {.pcie = gigabytes_per_s(24), .numa = gigabytes_per_s(22)});
  check_same_routes(found, cluster("l40s_pcie_x4").network);
}

TEST_CASE("trees of switches are as deep as the matrix says") {
  CHECK(ends_of_links(network(sample("a5000_x8.txt"))) ==
        std::vector<std::string>{"pcie0-numa0", "gpu0-pcie0", "gpu1-pcie0", "pcie1-pcie0",
                                 "gpu2-pcie1", "gpu3-pcie1", "pcie2-numa1", "gpu4-pcie2",
                                 "gpu5-pcie2", "pcie3-pcie2", "gpu6-pcie3", "gpu7-pcie3",
                                 "numa0-numa1"});
}

TEST_CASE("GPUs that only NVLinks join meet where their cards or their CPUs do") {
  // The card of GPU0 and GPU1 shows their switch; the CPUs show that GPU2 is near.
  CHECK(ends_of_links(network("GPU0 GPU1 GPU2 NIC0 CPU Affinity\n"
                              "GPU0 X NV1 NV1 PIX 0-7\nGPU1 NV1 X NV1 PIX 0-7\n"
                              "GPU2 NV1 NV1 X PHB 0-7\nNIC0 PIX PIX PHB X\n")) ==
        std::vector<std::string>{"gpu0-gpu1", "gpu0-gpu2", "gpu1-gpu2", "pcie0-numa0", "gpu0-pcie0",
                                 "gpu1-pcie0", "gpu2-numa0"});
  CHECK(ends_of_links(network("GPU0 GPU1 CPU Affinity\nGPU0 X NV4 0-7\nGPU1 NV4 X 0-7\n")) ==
        std::vector<std::string>{"gpu0-gpu1", "gpu0-numa0", "gpu1-numa0"});
  CHECK(ends_of_links(network("GPU0 GPU1 CPU Affinity\nGPU0 X NV4 0-7\nGPU1 NV4 X 8-15\n")) ==
        std::vector<std::string>{"gpu0-gpu1", "gpu0-numa0", "gpu1-numa1", "numa0-numa1"});
}

TEST_CASE("GPUs on the same CPUs stay apart where the matrix says so") {
  // As virtual machines print it: deepseek-ai/DeepEP, issue 128.
  CHECK(network("GPU0 GPU1 CPU Affinity\nGPU0 X SYS 0-55\nGPU1 SYS X 0-55\n").node().links.size() ==
        3);
}

TEST_CASE("more NVLinks than a GPU has come from a switch") {
  std::string text = "GPU0 GPU1 GPU2 CPU Affinity\n";
  text += "GPU0 X NV12 NV12 0-7\nGPU1 NV12 X NV12 0-7\nGPU2 NV12 NV12 X 0-7\n";
  const Network switched = network(text);
  CHECK(ends_of_links(switched) == std::vector<std::string>{"gpu0-nvswitch", "gpu1-nvswitch",
                                                            "gpu2-nvswitch", "gpu0-numa0",
                                                            "gpu1-numa0", "gpu2-numa0"});
  CHECK(switched.node().links[0].link.bandwidth == gigabytes_per_s(240));
  CHECK(switched.route(0, 1).latency == nanoseconds(600));
}

TEST_CASE("several machines are joined by the cards at one vertex, or by all at an NVLink switch") {
  const Machine dgx1 = machine(sample("v100_dgx1.txt"), {.card = gigabytes_per_s(10)});
  const ImportedTopology two = imported(dgx1, 2);
  CHECK(two.topology.network.fabric()->attach == "pcie0");
  CHECK(two.topology.network.fabric()->uplink.bandwidth == gigabytes_per_s(10));
  CHECK(two.comments.fabric[1] == "Left out, as they are elsewhere: mlx5_1, mlx5_2, mlx5_3.");
  const Machine a5000 = machine(sample("a5000_x8.txt"), {.card = gigabytes_per_s(10)});
  CHECK(imported(a5000, 2).topology.network.fabric()->uplink.bandwidth == gigabytes_per_s(20));
  CHECK(complaint_of([] { imported(machine(sample("a5000_x8.txt")), 2); }) ==
        "--nodes: the rate of network card 'mlx5_0' is not known; write --nic-bandwidth 100Gbit/s");
}

TEST_CASE("distances that no tree has are refused") {
  CHECK(complaint_of(
            [] { machine("GPU0 GPU1 GPU2\nGPU0 X PIX SYS\nGPU1 PIX X PIX\nGPU2 SYS PIX X\n"); }) ==
        "topo.txt: SYS from GPU0 to GPU2, but PIX by way of other devices; write distances that a "
        "tree of PCIe bridges has");
}

TEST_CASE("the tree of any machine's matrix is that machine's") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    std::vector<std::string> names;
    std::vector<Place> drawn;
    const std::size_t gpus = 1 + random() % 8;
    const std::size_t cards = random() % 4;
    for (std::size_t device = 0; device < gpus + cards; ++device) {
      names.push_back(device < gpus ? "GPU" + std::to_string(device)
                                    : "mlx5_" + std::to_string(device - gpus));
      drawn.push_back({random() % 3, random() % 2, random() % 2});
    }
    std::string text;
    for (const std::string& name : names) text += name + ' ';
    for (std::size_t a = 0; a < names.size(); ++a) {
      text += '\n' + names[a];
      for (std::size_t b = 0; b < names.size(); ++b) {
        text += ' ' + (a == b ? "X" : word_between(drawn[a], drawn[b]));
      }
    }
    CAPTURE(text);
    const std::map<std::string, Place> found = places(machine(text));
    REQUIRE(found.size() == names.size());
    for (std::size_t a = 0; a < names.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) {
        const auto place = [&](std::size_t device) {
          return found.at(device < gpus ? "gpu" + std::to_string(device) : names[device]);
        };
        CHECK(word_between(place(a), place(b)) == word_between(drawn[a], drawn[b]));
      }
    }
  }
}

TEST_CASE("whatever is done to a matrix, it is refused as input or becomes a topology") {
  const std::array texts{sample("v100_dgx1.txt"), sample("a5000_x8.txt"), sample("l40s_x4.txt"),
                         sample("nv12_x2.txt")};
  for (std::uint32_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    Mutation mutation(seed);
    const std::string text = mutation.of(texts[seed % texts.size()]);
    complaint_of([&] {
      const ImportedTopology result = imported(machine(text), 1 + seed % 3);
      to_toml(result.topology, result.comments);
    });
  }
}
