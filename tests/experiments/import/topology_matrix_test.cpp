#include "experiments/import/topology_matrix.hpp"

#include <doctest/doctest.h>

#include "sim/core/document.hpp"
#include "tests/support/complaint.hpp"

using namespace palsim;

namespace {

TopologyMatrix read(const std::string& text) { return read_topology_matrix(text, "topo.txt"); }

TopologyMatrix sample(const std::string& name) {
  return read(load_text(PALSIM_ROOT "/tests/experiments/import/" + name, "sample"));
}

std::string complaint(const std::string& text) {
  return complaint_of([&] { read(text); });
}

const std::string small =
    "        GPU0    GPU1    NIC0    CPU Affinity    NUMA Affinity\n"
    "GPU0     X      NV2     PIX     0-3             0\n"
    "GPU1    NV2      X      SYS     4-7             1\n"
    "NIC0    PIX     SYS      X\n"
    "\n"
    "Legend:\n"
    "\n"
    "  X    = Self\n"
    "\n"
    "NIC Legend:\n"
    "\n"
    "  NIC0: mlx5_2\n";

std::string with(const std::string& before, const std::string& after) {
  std::string text = small;
  const std::size_t at = text.find(before);
  REQUIRE(at != std::string::npos);
  return text.replace(at, before.size(), after);
}

}  // namespace

TEST_CASE("a matrix names its devices, their connections and the CPUs near them") {
  const TopologyMatrix matrix = read(small);
  CHECK(matrix.devices == std::vector<std::string>{"GPU0", "GPU1", "mlx5_2"});
  CHECK(matrix.cpus == std::vector<std::string>{"0-3", "4-7", ""});
  CHECK(matrix.cells[0][1].connection == Connection::nvlink);
  CHECK(matrix.cells[0][1].nvlinks == 2);
  CHECK(matrix.cells[2][0].connection == Connection::one_bridge);
  CHECK(matrix.cells[2][1].connection == Connection::machine);
  CHECK(matrix.is_gpu(1));
  CHECK_FALSE(matrix.is_gpu(2));
}

TEST_CASE("matrices as machines printed them are read whole") {
  const TopologyMatrix dgx1 = sample("v100_dgx1.txt");
  CHECK(dgx1.devices.size() == 12);
  CHECK(dgx1.cells[7][4].nvlinks == 2);
  CHECK(dgx1.cells[11][6].connection == Connection::one_bridge);
  CHECK(dgx1.cpus[7] == "20-39,60-79");
  CHECK(sample("a5000_x8.txt").cells[1][0].connection == Connection::bridges);
  CHECK(sample("l40s_x4.txt").cells[1][0].connection == Connection::host_bridge);
}

TEST_CASE("a terminal's underlining is no part of the matrix, even without its escape character") {
  const TopologyMatrix matrix = sample("nv12_x2.txt");
  CHECK(matrix.devices == std::vector<std::string>{"GPU0", "GPU1", "NIC0", "NIC1"});
  CHECK(matrix.cells[0][1].nvlinks == 12);
  const TopologyMatrix copied = read("[4mGPU0\tCPU Affinity[0m\nGPU0\t X \t0-7\n");
  CHECK(copied.devices == std::vector<std::string>{"GPU0"});
}

TEST_CASE("the drivers' older word for another socket is known") {
  CHECK(read("GPU0 GPU1\nGPU0 X SOC\nGPU1 SOC X\n").cells[0][1].connection == Connection::machine);
}

TEST_CASE("a matrix is told by its line of columns") {
  CHECK(looks_like_topology_matrix(small));
  CHECK(looks_like_topology_matrix("$ nvidia-smi topo -m\n" + small));
  CHECK_FALSE(looks_like_topology_matrix("GPU 0: NVIDIA L40S (UUID: GPU-1)\n"));
  CHECK_FALSE(looks_like_topology_matrix(""));
}

TEST_CASE("a matrix that cannot be is refused where it cannot") {
  CHECK(complaint("") ==
        "topo.txt:1:1: no line of columns GPU0, GPU1, ...; write what nvidia-smi topo -m prints");
  CHECK(complaint(with("NV2     PIX     0-3             0", "NV2")) ==
        "topo.txt:2:1: row GPU0 has 2 of 3 columns; write all");
  CHECK(complaint(with("PIX     0-3", "PIZ     0-3")) ==
        "topo.txt:2:25: 'PIZ' is no connection; write X, NV#, PIX, PXB, PHB, NODE or SYS");
  CHECK(complaint(with("NV2     PIX     0-3", "NV0     PIX     0-3")) ==
        "topo.txt:2:17: 'NV0' is no connection; write X, NV#, PIX, PXB, PHB, NODE or SYS");
  CHECK(complaint(with("GPU1    NV2", "GPU1    NV1")) ==
        "topo.txt:3:9: NV1 from GPU1 to GPU0, but NV2 from GPU0 to GPU1; write the same");
  CHECK(complaint(with("NIC0    PIX", "NIC0    PHB")) ==
        "topo.txt:4:9: PHB from NIC0 to GPU0, but PIX from GPU0 to NIC0; write the same");
  CHECK(complaint(with(" X      NV2", "NV2     X  ")) ==
        "topo.txt:2:9: NV2 from GPU0 to GPU0; write X between a device and itself only");
  CHECK(complaint(with("GPU1    NV2      X      SYS     4-7             1\n", "")) ==
        "topo.txt:1:17: no row of GPU1; write a row for each column");
  CHECK(complaint(with("GPU1    NV2", "GPU0    NV2")) ==
        "topo.txt:3:1: row GPU0 twice; write each once");
  CHECK(complaint(with("GPU1    NV2", "GPU7    NV2")) ==
        "topo.txt:3:1: row GPU7 has no column; write what nvidia-smi topo -m prints");
  CHECK(complaint(with("GPU1    NIC0", "GPU0    NIC0")) ==
        "topo.txt:1:17: column GPU0 twice; write each once");
}
