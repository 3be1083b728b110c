#include "experiments/import/nccl_dump.hpp"

#include <doctest/doctest.h>

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

Machine read(const std::string& text, const GivenRates& given = {}) {
  return read_nccl_dump(text, "topo.xml", given);
}

ImportedTopology imported(const Machine& machine, std::int64_t nodes = 1) {
  const DeviceSpec device{.name = "GPU",
                          .fp32 = FlopsPerSecond(1e12),
                          .memory_bandwidth = gigabytes_per_s(1),
                          .memory = Bytes(1)};
  return imported_topology(machine, {.name = "imported", .nodes = nodes, .device = device});
}

std::string complaint(const std::string& text) {
  return complaint_of([&] { read(text); });
}

// Two GPUs, as NVIDIA/nccl issue 671 shows a run on half of a DGX-1: the first's links to GPUs
// outside the run are there, too.
const std::string pair = R"(<system version="1">
  <cpu numaid="0" arch="x86_64" vendor="GenuineIntel" familyid="6" modelid="79">
    <pci busid="0000:03:00.0" class="0x060400" link_speed="8 GT/s" link_width="16">
      <pci busid="0000:07:00.0" class="0x030200" link_speed="8 GT/s" link_width="16">
        <gpu dev="1" sm="70" rank="1" gdr="1">
          <nvlink target="0000:86:00.0" count="2" tclass="0x030200"/>
          <nvlink target="0000:06:00.0" count="1" tclass="0x030200"/>
        </gpu>
      </pci>
      <pci busid="0000:06:00.0" class="0x030200" link_speed="8 GT/s" link_width="8">
        <gpu dev="0" sm="70" rank="0" gdr="1">
          <nvlink target="0000:07:00.0" count="1" tclass="0x030200"/>
          <nvlink target="0000:85:00.0" count="2" tclass="0x030200"/>
        </gpu>
      </pci>
    </pci>
  </cpu>
</system>
)";

std::string with(const std::string& before, const std::string& after) {
  std::string text = pair;
  const std::size_t at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

}  // namespace

TEST_CASE("a dump of eight A100 has a switch of 12 NVLinks each, and one PCIe switch for two") {
  const Topology topology = imported(read(sample("a100_x8.xml"))).topology;
  const Node& node = topology.network.node();
  Node expected;
  for (int gpu = 0; gpu < 8; ++gpu) {
    const std::string name = "gpu" + std::to_string(gpu);
    expected.workers.push_back(name);
    expected.links.push_back({name, "nvswitch", {gigabytes_per_s(240), nanoseconds(300)}});
    expected.links.push_back(
        {name, "pcie" + std::to_string(gpu / 2), {gigabytes_per_s(24), nanoseconds(500)}});
  }
  for (int pcie = 0; pcie < 4; ++pcie) {
    expected.links.push_back({"pcie" + std::to_string(pcie),
                              "numa" + std::to_string(pcie / 2),
                              {gigabytes_per_s(24), nanoseconds(500)}});
  }
  expected.links.push_back({"numa0", "numa1", {gigabytes_per_s(10), nanoseconds(500)}});
  const auto in_order = [](Node one) {
    std::vector<std::tuple<std::string, std::string, double, std::int64_t>> links;
    for (const NodeLink& link : one.links) {
      links.emplace_back(link.first, link.second, link.link.bandwidth.count(),
                         link.link.latency.count_ns());
    }
    std::sort(links.begin(), links.end());
    return links;
  };
  CHECK(node.workers == expected.workers);
  CHECK(in_order(node) == in_order(expected));
  CHECK(topology.transport.kind == TransportKind::nccl);
  CHECK(topology.transport.node_links == NodeLinks::nvlink);
}

TEST_CASE(
    "several machines of a dump are joined by all cards where an NVLink switch reaches them") {
  const ImportedTopology four = imported(read(sample("a100_x8.xml")), 4);
  CHECK(four.topology.network.ranks() == 32);
  CHECK(four.topology.network.fabric()->attach == "nvswitch");
  // Five cards of 200 Gbit/s, over PCIe links of 24 GB/s.
  CHECK(four.topology.network.fabric()->uplink.bandwidth == gigabytes_per_s(5 * 24));
}

TEST_CASE("workers stand in rank order, and NVLinks to GPUs outside the run are left out") {
  const Machine machine = read(pair);
  CHECK(machine.workers == std::vector<std::string>{"gpu0", "gpu1"});
  REQUIRE(machine.nvlinks.size() == 1);
  CHECK(machine.nvlinks[0].first == "gpu0");
  CHECK(machine.nvlinks[0].second == "gpu1");
  CHECK(machine.nvlinks[0].rate.rate == gigabytes_per_s(20));
  CHECK(machine.nvlinks[0].rate.source == "1 NVLink");
  const std::vector<NodeLink> links = imported(machine).topology.network.node().links;
  REQUIRE(links.size() == 4);
  CHECK(links[3].first == "gpu0");  // rank 0 is the second in the file, with 8 lanes
  CHECK(links[3].link.bandwidth == gigabytes_per_s(6));
}

TEST_CASE("a GPU without a rank is not in the run") {
  const Machine machine = read(with(" rank=\"1\"", ""));
  CHECK(machine.workers.size() == 1);
  CHECK(machine.nvlinks.empty());
}

TEST_CASE("a GPU alone on PCIe, with a card beside it, hangs on its CPU") {
  // NVIDIA/nccl-tests, a dump shown in an issue of July 2025.
  const Machine machine = read(R"(<system version="1">
  <cpu numaid="1" affinity="aaaa,aaaaaaaa" arch="x86_64" vendor="GenuineIntel" familyid="6" modelid="85">
    <pci busid="0000:af:00.0" class="0x020000" link_speed="8.0 GT/s PCIe" link_width="16">
      <nic>
        <net name="roce0" dev="0" speed="100000" port="1" latency="0.000000" guid="0xe6fb480003f6ceb8" maxconn="262144" gdr="0"/>
      </nic>
    </pci>
    <pci busid="0000:d8:00.0" class="0x030000" link_speed="8.0 GT/s PCIe" link_width="16">
      <gpu dev="0" sm="75" rank="0" gdr="1"/>
    </pci>
  </cpu>
</system>)");
  const ImportedTopology two = imported(machine, 2);
  const Network& network = two.topology.network;
  REQUIRE(network.node().links.size() == 1);
  CHECK(network.node().links[0].second == "numa1");
  CHECK(network.fabric()->attach == "numa1");
  CHECK(network.fabric()->uplink.bandwidth == gigabytes_per_s(12));
  CHECK(two.topology.transport.node_links == NodeLinks::pcie);
  CHECK(std::find(two.comments.node.begin(), two.comments.node.end(),
                  "Network card roce0 at numa1: 100Gbit/s, 96Gbit/s over its PCIe link") !=
        two.comments.node.end());
}

TEST_CASE("NVLinks to the CPU, as POWER has them, lead to its NUMA node") {
  const Machine machine = read(with("target=\"0000:86:00.0\" count=\"2\" tclass=\"0x030200\"",
                                    "target=\"0004:00:01.0\" count=\"3\" tclass=\"0x068001\""));
  REQUIRE(machine.nvlinks.size() == 2);
  CHECK(machine.nvlinks[1].first == "gpu1");
  CHECK(machine.nvlinks[1].second == "numa0");
  CHECK(machine.nvlinks[1].rate.rate == gigabytes_per_s(60));
}

TEST_CASE("the two levels that one switch shows are one vertex, other bridges are not") {
  const auto chain = [](const std::string& upper, const std::string& lower) {
    const auto bridge = [](const std::string& subsystem) {
      return "<pci vendor=\"0x1000\" device=\"0xc030\" subsystem_vendor=\"0x1000\" "
             "subsystem_device=\"" +
             subsystem + "\">";
    };
    const auto gpu = [](int rank) {
      return "<pci><gpu sm=\"90\" rank=\"" + std::to_string(rank) + "\"/></pci>";
    };
    const Machine machine = read("<system><cpu numaid=\"0\">" + bridge(upper) + bridge(lower) +
                                 gpu(0) + gpu(1) + "</pci>" + gpu(2) + "</pci></cpu></system>");
    return imported(machine).topology.network.node().links.size();
  };
  CHECK(chain("0x0006", "0x100b") == 4);  // three GPUs on one switch
  CHECK(chain("0x100b", "0x100b") == 5);  // two of them on a second one below
}

TEST_CASE("cards that are no devices of the run are left out") {
  const auto cards = [](const std::string& attributes) {
    const Machine machine = read("<system><cpu numaid=\"0\"><nic><net name=\"eth0\" " + attributes +
                                 "/></nic><pci><gpu sm=\"90\" rank=\"0\"/></pci></cpu></system>");
    return machine.numa_nodes[0].branches.size() - 1;
  };
  CHECK(cards("dev=\"0\" speed=\"-1\"") == 1);
  CHECK(cards("speed=\"10000\"") == 0);
  CHECK(cards("dev=\"0\" net=\"0\"") == 0);
}

TEST_CASE("rates that are given stand in the place of NCCL's") {
  const Network network =
      imported(read(pair, {.nvlink = gigabytes_per_s(25), .pcie = gigabytes_per_s(13)}))
          .topology.network;
  CHECK(network.node().links[0].link.bandwidth == gigabytes_per_s(25));
  CHECK(network.node().links[1].link.bandwidth == gigabytes_per_s(13));
}

TEST_CASE("a dump that is cut off is refused where it ends") {
  CHECK(complaint(pair.substr(0, pair.find("rank=\"1\""))) ==
        "topo.xml:5:29: not whole XML: Error parsing start element tag; write the dump as "
        "NCCL_TOPO_DUMP_FILE leaves it");
  CHECK(complaint(pair.substr(0, pair.find("  </cpu>"))) ==
        "topo.xml:16:11: not whole XML: Start-end tags mismatch; write the dump as "
        "NCCL_TOPO_DUMP_FILE leaves it");
  const std::string whole = sample("a100_x8.xml");
  for (std::size_t length = 0; length < whole.find("</system>") + 8; length += 53) {
    CAPTURE(length);
    CHECK(complaint(whole.substr(0, length)) != "none");
  }
}

TEST_CASE("what is not a dump of NCCL, or of one host, is refused in one line") {
  CHECK(complaint("<graphs version=\"1\"/>") ==
        "topo.xml:1:1: <graphs> is not NCCL's topology; write the dump that NCCL_TOPO_DUMP_FILE "
        "leaves");
  // Azure/azhpc-images, topology/ndv2-topo.xml, shortened: a file for NCCL_TOPO_FILE.
  CHECK(complaint("<system version=\"1\">\n  <cpu numaid=\"0\">\n    <pci busid=\"0001:00:00.0\" "
                  "class=\"0x030200\" link_speed=\"16 GT/s\" link_width=\"16\"/>\n  </cpu>\n"
                  "</system>\n") ==
        "topo.xml:1:1: no <gpu> with a rank; write what NCCL_TOPO_DUMP_FILE leaves after a run, "
        "not a file for NCCL_TOPO_FILE");
  CHECK(complaint(with("rank=\"1\"", "rank=\"0\"")) ==
        "topo.xml:11:9: rank 0 twice; write each GPU with its own");
  CHECK(complaint(with("rank=\"1\"", "rank=\"one\"")) ==
        "topo.xml:5:9: <gpu> has rank = 'one'; write a whole number");
  CHECK(complaint(with("count=\"2\"", "count=\"0\"")) ==
        "topo.xml:6:11: <nvlink> has count = 0; write a count from 1");
  CHECK(complaint(with("sm=\"70\" rank=\"0\"", "rank=\"0\"")) ==
        "topo.xml:11:9: <gpu> has sm = ''; write a whole number");
  CHECK(complaint(with("link_width=\"8\"", "link_width=\"-8\"")) ==
        "topo.xml:10:7: <pci> has link_width = -8; write the number of lanes");
  CHECK(complaint(with("numaid=\"0\"", "")) ==
        "topo.xml:2:3: <cpu> has numaid = ''; write a whole number");
  CHECK(complaint(with("  </cpu>\n", "  </cpu>\n  <cpu numaid=\"0\"/>\n")) ==
        "topo.xml:18:3: NUMA node 0 twice; write each once");
  CHECK(complaint(with("  </cpu>\n", "  </cpu>\n  <cpu numaid=\"1\" host_hash=\"0x1\"/>\n")) ==
        "topo.xml:18:3: a second host, joined by NVLink; write the dump of a run on one host");
  CHECK(complaint(with("nvlink target", "xgmi target")) ==
        "topo.xml:6:11: <xgmi> joins AMD's GPUs, of which no rates are known here; write a dump "
        "of NVIDIA's NCCL");
  std::string deep = "<system><cpu numaid=\"0\">";
  for (int i = 0; i < 100'000; ++i) deep += "<pci>";
  for (int i = 0; i < 100'000; ++i) deep += "</pci>";
  CHECK(complaint(deep + "</cpu></system>") ==
        "topo.xml:1:350: <pci> more than 64 levels deep; write fewer");
}

TEST_CASE("several machines need a network card") {
  CHECK(complaint_of([] { imported(read(pair), 2); }) ==
        "--nodes: the machine has no network card; leave it out, or write nodes and [fabric] into "
        "the topology file");
}

TEST_CASE("whatever is done to a dump, it is refused as input or becomes a topology") {
  const std::string whole = sample("a100_x8.xml");
  for (std::uint32_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    Mutation mutation(seed);
    const std::string text = mutation.of(seed % 2 == 0 ? whole : pair);
    complaint_of([&] {
      const ImportedTopology result = imported(read(text), 1 + seed % 3);
      to_toml(result.topology, result.comments);
    });
  }
}
