// palsim import, as a user runs it.
#include <doctest/doctest.h>

#include "sim/core/document.hpp"
#include "tests/support/palsim_home.hpp"
#include "topologies/topology.hpp"

using namespace palsim;

namespace {

const std::string matrix =
    "\tGPU0\tGPU1\tmlx5_0\tCPU Affinity\nGPU0\t X \tPHB\tPHB\t0-7\nGPU1\tPHB\t X \tPHB\t0-7\n"
    "mlx5_0\tPHB\tPHB\t X \n";

Words import(const std::string& file, Words more = {}) {
  more.insert(more.begin(), {"import", file, "--device", "small_cluster"});
  return more;
}

}  // namespace

TEST_CASE("a matrix becomes a topology file on standard output, with the device of a cluster") {
  const Home home;
  home.folder().write("box.txt", matrix);
  const CommandResult result = home.run(import("box.txt"));
  CHECK(result.status == 0);
  CHECK(result.err == "");
  CHECK(result.out == R"(# Imported from box.txt, the matrix of nvidia-smi topo -m.
name = "box"

[node]
# PCIe: NCCL's prior for generation 3 x16 (the matrix says no generation); set --pcie-bandwidth.
# Latencies: prior, NCCL's hops (LL): 0.6 us over NVLink, 1 us over PCIe, in halves on each link.
# Network card mlx5_0 at numa0
workers = ["gpu0", "gpu1"]
links = [
  { ends = ["gpu0", "numa0"], bandwidth = "12GB/s", latency = "500ns" },  # 8 GT/s x16
  { ends = ["gpu1", "numa0"], bandwidth = "12GB/s", latency = "500ns" },  # 8 GT/s x16
]

[device]
# That of small_cluster.
name = "Small GPU"
fp32 = "1TFLOP/s"
memory_bandwidth = "100GB/s"
memory = "1GB"

[transport]
kind = "nccl"
node_links = "pcie"
)");
}

TEST_CASE("what is imported predicts") {
  const Home home;
  home.folder().write("box.txt", matrix);
  CHECK(home.run(import("box.txt",
                        {"--out", "topologies/two_boxes.toml", "--nodes", "2", "--nic-bandwidth",
                         "100Gbit/s", "--pcie-bandwidth", "24GB/s", "--name", "boxes"}))
            .status == 0);
  const Topology boxes =
      load_topology((home.folder().path() / "topologies/two_boxes.toml").string());
  CHECK(boxes.name == "boxes");
  CHECK(boxes.network.ranks() == 4);
  CHECK(boxes.network.fabric()->uplink.bandwidth == BytesPerSecond(12.5e9));
  const CommandResult result =
      home.run({"predict", "small", "--set", "cluster=two_boxes", "--set", "workers=4"});
  CHECK(result.err == "");
  CHECK(result.status == 0);
}

TEST_CASE("a file that is no description of a machine, or not there, is refused") {
  const Home home;
  const std::string kinds = "NCCL's topology dump or the matrix of nvidia-smi topo -m";
  CHECK(home.refusal({"import", "--device", "small_cluster"}) ==
        "palsim import: 0 files; write one: " + kinds);
  CHECK(home.refusal(import("none.xml")) ==
        "none.xml: cannot be read; write the name of a readable dump or matrix");
  home.folder().write("words.txt", "GPU 0: a GPU\n");
  CHECK(home.refusal(import("words.txt")) ==
        "words.txt: neither NCCL's topology dump (XML) nor the matrix of nvidia-smi topo -m; "
        "write one of them");
  home.folder().write("cut.xml", "\n<system version=\"1\">\n  <cpu numaid=");
  CHECK(home.refusal(import("cut.xml")) ==
        "cut.xml:3:14: not whole XML: Error parsing element attribute; write the dump as "
        "NCCL_TOPO_DUMP_FILE leaves it");
}

TEST_CASE("neither the description nor the device's files are overwritten") {
  const Home home;
  home.folder().write("box.txt", matrix);
  home.folder().write("topologies/derived.toml", "name = \"derived\"\nbase = \"small_cluster\"\n");
  const std::string refused = ": would overwrite what is read; write another path";
  for (const std::string file : {"box.txt", "topologies/small_cluster.toml"}) {
    CHECK(home.refusal(import("box.txt", {"--out", file})) == "--out " + file + refused);
  }
  for (const std::string file : {"topologies/derived.toml", "topologies/small_cluster.toml"}) {
    CHECK(home.refusal({"import", "box.txt", "--device", "derived", "--out", file}) ==
          "--out " + file + refused);
  }
  CHECK(home.folder().read("box.txt") == matrix);
  CHECK(home.folder().read("topologies/small_cluster.toml") == cluster_text);
}

TEST_CASE("options that cannot be are refused, and nothing is written") {
  const Home home;
  home.folder().write("box.txt", matrix);
  CHECK(home.refusal({"import", "box.txt"}) ==
        "palsim import: no --device; the GPU's peaks are not in box.txt: write a cluster with the "
        "same GPU, a name in topologies/ or a path");
  CHECK(home.refusal({"import", "box.txt", "--device", "smal_cluster"}) ==
        "--device smal_cluster: 'smal_cluster' is not in topologies/; did you mean "
        "'small_cluster'?");
  CHECK(home.refusal(import("box.txt", {"--nodes", "0"})) == "--nodes 0: write at least 1");
  CHECK(home.refusal(import("box.txt", {"--nodes", "2", "--out", "out.toml"})) ==
        "--nodes: the rate of network card 'mlx5_0' is not known; write --nic-bandwidth 100Gbit/s");
  CHECK(home.refusal(import("box.txt", {"--pcie-bandwidth", "12"})) ==
        "--pcie-bandwidth: '12' has no unit; write a bandwidth such as \"12.5GB/s\"");
  CHECK(home.refusal(import("box.txt", {"--nic-bandwidth", "0Gbit/s"})) ==
        "--nic-bandwidth: '0Gbit/s' must be above zero");
  CHECK(home.refusal(import("box.txt", {"--name", "a\nb"})) ==
        "--name 'a?b': write one line without control characters");
  CHECK(home.refusal(import("box.txt", {"--out", "none/out.toml"})) ==
        "'none/out.toml': cannot be written; write the path of a file in a writable folder");
  CHECK_FALSE(std::filesystem::exists(home.folder().path() / "out.toml"));
}
