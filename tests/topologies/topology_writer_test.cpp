#include "topologies/topology_writer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "sim/network/collective_plan.hpp"
#include "tests/support/network_examples.hpp"
#include "topologies/exact_text.hpp"

using namespace palsim;

namespace {

Topology read(const std::string& text) { return read_topology(parse_document(text, "written")); }

void check_equal(const Link& a, const Link& b) {
  CHECK(a.bandwidth == b.bandwidth);
  CHECK(a.latency == b.latency);
  CHECK(a.achievable == b.achievable);
}

void check_equal(const Network& a, const Network& b) {
  CHECK(a.nodes() == b.nodes());
  CHECK(a.node().workers == b.node().workers);
  REQUIRE(a.node().links.size() == b.node().links.size());
  for (std::size_t at = 0; at < a.node().links.size(); ++at) {
    CHECK(a.node().links[at].first == b.node().links[at].first);
    CHECK(a.node().links[at].second == b.node().links[at].second);
    check_equal(a.node().links[at].link, b.node().links[at].link);
  }
  REQUIRE(a.fabric().has_value() == b.fabric().has_value());
  if (!a.fabric()) return;
  CHECK(a.fabric()->attach == b.fabric()->attach);
  check_equal(a.fabric()->uplink, b.fabric()->uplink);
}

void check_equal(const DeviceSpec& a, const DeviceSpec& b) {
  CHECK(a.name == b.name);
  CHECK(a.fp32 == b.fp32);
  CHECK(a.tf32 == b.tf32);
  CHECK(a.bf16 == b.bf16);
  CHECK(a.fp16 == b.fp16);
  CHECK(a.memory_bandwidth == b.memory_bandwidth);
  CHECK(a.memory == b.memory);
  CHECK(a.compute_efficiency == b.compute_efficiency);
  CHECK(a.memory_efficiency == b.memory_efficiency);
  CHECK(a.launch_cost == b.launch_cost);
  CHECK(a.throughput == b.throughput);
}

void check_equal(const MeasuredTimes& a, const MeasuredTimes& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t at = 0; at < a.size(); ++at) {
    CHECK(a[at].workers == b[at].workers);
    CHECK(a[at].size == b[at].size);
    CHECK(a[at].time == b[at].time);
  }
}

void check_equal(const Transport& a, const Transport& b) {
  CHECK(a.kind == b.kind);
  CHECK(a.algorithm == b.algorithm);
  CHECK(a.protocol == b.protocol);
  CHECK(a.node_links == b.node_links);
  CHECK(a.rings == b.rings);
  CHECK(a.ring_order == b.ring_order);
  CHECK(a.setup == b.setup);
  CHECK(a.launch == b.launch);
  CHECK(a.fit.latency_factor == b.fit.latency_factor);
  CHECK(a.fit.bandwidth_factor == b.fit.bandwidth_factor);
  REQUIRE(a.fit.corrections.size() == b.fit.corrections.size());
  for (std::size_t at = 0; at < a.fit.corrections.size(); ++at) {
    CHECK(a.fit.corrections[at].size == b.fit.corrections[at].size);
    CHECK(a.fit.corrections[at].factor == b.fit.corrections[at].factor);
  }
  check_equal(a.all_reduce, b.all_reduce);
  check_equal(a.broadcast, b.broadcast);
}

void check_equal(const Topology& a, const Topology& b) {
  CHECK(a.name == b.name);
  check_equal(a.network, b.network);
  check_equal(a.device, b.device);
  check_equal(a.transport, b.transport);
}

double fraction(Draws& random) { return (1.0 + random()) / 4294967296.0; }

// Mostly the default, as in files that people write.
template <class Q>
Q either(Draws& random, Q fallback, Q other) {
  return random() % 2 == 0 ? fallback : other;
}

std::vector<double> random_throughput(Draws& random) {
  std::vector<double> throughput{1};
  for (std::uint32_t more = random() % 4; more > 0; --more)
    throughput.push_back(2 * fraction(random));
  return throughput;
}

DeviceSpec random_device(Draws& random) {
  const auto peak = [&] {
    const FlopsPerSecond rate(1e12 * (1 + 1000 * fraction(random)));
    return either<std::optional<FlopsPerSecond>>(random, std::nullopt, rate);
  };
  return {.name = "GPU \"" + std::to_string(random()) + "\" \\ \xC2\xB5",
          .fp32 = FlopsPerSecond(1e12 * fraction(random)),
          .tf32 = peak(),
          .bf16 = peak(),
          .fp16 = peak(),
          .memory_bandwidth = BytesPerSecond(1e12 * fraction(random)),
          .memory = Bytes(1 + static_cast<std::int64_t>(random())),
          .compute_efficiency = either(random, 1.0, fraction(random)),
          .memory_efficiency = either(random, 1.0, fraction(random)),
          .launch_cost = either(random, Duration(), nanoseconds(random() % 100'000)),
          .throughput = either<std::vector<double>>(random, {}, random_throughput(random))};
}

MeasuredTimes random_times(Draws& random) {
  MeasuredTimes times;
  std::int64_t workers = 2;
  Bytes size;
  for (std::uint32_t left = 1 + random() % 6; left > 0; --left) {
    if (random() % 3 == 0) {
      workers += 1 + random() % 5;
      size = Bytes(0);
    }
    size += Bytes(1 + random() % (1 << 26));
    times.push_back({workers, size, nanoseconds(1 + random())});
  }
  return times;
}

Transport random_transport(Draws& random, std::size_t workers) {
  Transport transport;
  transport.kind = static_cast<TransportKind>(random() % 3);
  transport.algorithm = static_cast<Algorithm>(random() % 5);
  transport.node_links = static_cast<NodeLinks>(random() % 2);
  transport.protocol = static_cast<Protocol>(random() % 4);
  if (transport.node_links == NodeLinks::pcie && transport.protocol == Protocol::ll128) {
    transport.protocol = Protocol::automatic;
  }
  std::vector<std::int64_t> ring(workers);
  std::iota(ring.begin(), ring.end(), 0);
  for (std::uint32_t rings = random() % 3; rings > 0; --rings) {
    std::shuffle(ring.begin(), ring.end(), random);
    transport.rings.push_back(ring);
  }
  transport.ring_order = static_cast<RingOrder>(random() % 2);
  transport.setup = either(random, Duration(), nanoseconds(random()));
  transport.launch = either(random, Duration(), nanoseconds(random() % 100'000));
  transport.fit.latency_factor = either(random, 1.0, 10 * fraction(random));
  transport.fit.bandwidth_factor = either(random, 1.0, fraction(random) / 1e6);
  Bytes size;
  for (std::uint32_t corrections = random() % 4; corrections > 0; --corrections) {
    size += Bytes(1 + random() % (1 << 26));
    transport.fit.corrections.push_back({size, 3 * fraction(random)});
  }
  const bool measured = transport.kind == TransportKind::measured;
  if (measured || random() % 2 == 0) transport.all_reduce = random_times(random);
  if (measured || random() % 2 == 0) transport.broadcast = random_times(random);
  return transport;
}

Topology random_topology(Draws& random) {
  const Network drawn = random_cluster(random);
  Node node = drawn.node();
  for (NodeLink& link : node.links) link.link.achievable = either(random, 1.0, fraction(random));
  std::optional<Fabric> fabric = drawn.fabric();
  fabric->uplink.bandwidth = BytesPerSecond(1e11 * fraction(random));
  fabric->uplink.achievable = either(random, 1.0, fraction(random));
  if (drawn.nodes() == 1 && random() % 2 == 0) fabric.reset();
  const DeviceSpec device = random_device(random);
  Transport transport = random_transport(random, node.workers.size());
  const bool measured = transport.kind == TransportKind::measured;
  if (measured && !fabric && random() % 2 == 0) node.links.clear();
  Network network(node, measured ? 1 : drawn.nodes(), fabric);
  if (!obstacle_to(transport, network.nodes(), network.workers_per_node()).empty()) {
    transport.algorithm = Algorithm::automatic;
  }
  return {"a name", std::move(network), device, std::move(transport)};
}

}  // namespace

TEST_CASE("each cluster's file is read, written and read again as the same cluster") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PALSIM_ROOT "/topologies")) {
    if (entry.path().extension() != ".toml") continue;
    CAPTURE(entry.path().string());
    const Topology topology = load_topology(entry.path().string());
    check_equal(read(to_toml(topology)), topology);
    ++files;
  }
  CHECK(files >= 8);
}

TEST_CASE("any topology is written and read again as the same one") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Topology topology = random_topology(random);
    const std::string text = to_toml(topology);
    CAPTURE(text);
    check_equal(read(text), topology);
  }
}

TEST_CASE("a written file reads as if written by hand, with its comments where they belong") {
  const std::string text = R"(# Two
#
# lines?or three
name = "pair"
nodes = 2

[node]
# of the node
workers = ["gpu0", "gpu1"]
links = [
  { ends = ["gpu0", "pcie0"], bandwidth = "12GB/s", latency = "500ns" },
  { ends = ["gpu1", "pcie0"], bandwidth = "12GB/s", latency = "500ns", achievable = 0.9 },  # behind a link
]

[fabric]
# of the fabric
attach = "pcie0"
bandwidth = "100Gbit/s"
latency = "5us"

[device]
# of the device
name = "Tesla T4"
fp32 = "8.1TFLOP/s"
memory_bandwidth = "320GB/s"
memory = "16GB"
compute_efficiency = 0.5

[transport]
# of the transport
kind = "nccl"
node_links = "pcie"
rings = [
  ["gpu1", "gpu0"],
]
setup = "500ms"
corrections = [
  { size = "1KiB", factor = 1.5 },
  { size = "1MB", factor = 1 },
]
)";
  CHECK(to_toml(read(text), {.head = {"Two", "", "lines\nor three"},
                             .node = {"of the node"},
                             .links = {"", "behind a link"},
                             .fabric = {"of the fabric"},
                             .device = {"of the device"},
                             .transport = {"of the transport"}}) == text);
}
