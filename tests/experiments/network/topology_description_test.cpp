#include "experiments/network/topology_description.hpp"

#include <doctest/doctest.h>

#include <sstream>

#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

Topology example(std::int64_t nodes) {
  Value document = parse_document(R"(name = "exa\"mple"
[node]
workers = ["gpu0", "gpu1"]
links = [
  { ends = ["gpu0", "pcie0"], bandwidth = "12GB/s", latency = "500ns" },
  { ends = ["gpu1", "pcie0"], bandwidth = "12GB/s", latency = "500ns", achievable = 0.9 },
]
[fabric]
attach = "pcie0"
bandwidth = "100Gbit/s"
latency = "5us"
[device]
name = "Tesla T4"
fp32 = "8.1TFLOP/s"
fp16 = "65TFLOP/s"
memory_bandwidth = "320GB/s"
memory = "16GB"
compute_efficiency = 0.47
launch_cost = "5us"
[transport]
kind = "nccl"
rings = [["gpu1", "gpu0"]]
setup = "350ms"
latency_factor = 1.25
)",
                                  "example");
  override_value(document, "nodes=" + std::to_string(nodes));
  return read_topology(document);
}

std::size_t count(const std::string& text, const std::string& passage) {
  std::size_t found = 0;
  for (std::size_t at = text.find(passage); at != std::string::npos;
       at = text.find(passage, at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace

TEST_CASE("a description says what a topology is and lists its links") {
  CHECK(plain_text(describe(example(3))) == R"(exa"mple: 3 nodes of 2 workers, 6 in all
device: Tesla T4: fp32 8.1 TFLOP/s, fp16 65 TFLOP/s, 16 GB of memory at 320 GB/s, reached: 47 % of the peaks, 100 % of the memory bandwidth, 5 us to launch a kernel
transport: nccl over pcie, algorithm auto, protocol auto, 350 ms to set up a communicator, latencies x 1.25
1 ring given, 10.8 GB/s of bus bandwidth:
  gpu1 gpu0

link            bandwidth  achievable    reached  latency
---------------------------------------------------------
gpu0 - pcie0      12 GB/s       100 %    12 GB/s   500 ns
gpu1 - pcie0      12 GB/s        90 %  10.8 GB/s   500 ns
pcie0 - fabric  12.5 GB/s       100 %  12.5 GB/s     5 us
)");
}

TEST_CASE("one worker alone has no links to list") {
  const Topology alone{.name = "alone",
                       .network = Network({.workers = {"gpu0"}}),
                       .device = {.name = "GPU", .memory = Bytes(1)}};
  CHECK(plain_text(describe(alone)).starts_with("alone: 1 node of 1 worker\n"));
  CHECK(plain_text(describe(alone)).ends_with("\n\nno links\n"));
  CHECK(to_dot(alone) == "graph \"alone\" {\n  \"0:gpu0\" [label=\"gpu0\", shape=box];\n}\n");
}

TEST_CASE("a shared device says so, and measured collectives have no rings") {
  const Topology cores = load_topology(PALSIM_ROOT "/tests/topologies/shared_cores.toml");
  CHECK(plain_text(describe(cores)) == R"(shared_cores: 1 node of 8 workers
device: a core: fp32 100 GFLOP/s, 16 GB of memory at 10 GB/s, reached: 100 % of the peaks, 100 % of the memory bandwidth, shared by a node's workers, of whom 2 reach 1.83 times one's speed
transport: measured, 3 all-reduces, 2 broadcasts, 2 us to launch a collective

no links
)");
}

TEST_CASE("one node is drawn without a frame") {
  CHECK(to_dot(example(1)) == R"(graph "exa\"mple" {
  "0:gpu0" [label="gpu0", shape=box];
  "0:gpu1" [label="gpu1", shape=box];
  "0:pcie0" [label="pcie0", shape=ellipse];
  "0:gpu0" -- "0:pcie0" [label="12 GB/s, 500 ns"];
  "0:gpu1" -- "0:pcie0" [label="10.8 GB/s, 500 ns"];
  fabric [label="fabric", shape=egg, style="filled,dashed"];
  "0:pcie0" -- fabric [label="12.5 GB/s, 5 us"];
}
)");
}

TEST_CASE("up to four nodes are drawn in frames of their own, and the others counted") {
  for (const std::int64_t nodes : {2, 4, 5, 100'000}) {
    CAPTURE(nodes);
    const std::string dot = to_dot(example(nodes));
    const auto drawn = static_cast<std::size_t>(std::min<std::int64_t>(nodes, 4));
    CHECK(count(dot, "subgraph cluster_") == drawn);
    CHECK(count(dot, "shape=box") == 2 * drawn);
    CHECK(count(dot, "shape=ellipse") == drawn);
    CHECK(count(dot, ":pcie0\" -- fabric") == drawn);
    CHECK(count(dot, "{") == count(dot, "}"));
    CHECK(count(dot, "more node") == (nodes > 4 ? 1 : 0));
  }
  CHECK(count(to_dot(example(100'000)), "label=\"99996 more nodes\"") == 1);
}
