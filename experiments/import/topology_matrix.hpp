// The matrix that `nvidia-smi topo -m` prints: how each GPU and each network card reaches each
// other.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/import/machine.hpp"

namespace palsim {

// In the order of distance.
enum class Connection {
  self,         // X
  nvlink,       // NV#
  one_bridge,   // PIX
  bridges,      // PXB
  host_bridge,  // PHB
  numa_node,    // NODE
  machine       // SYS, once SOC
};

struct MatrixCell {
  Connection connection = Connection::self;
  std::int64_t nvlinks = 0;
};

struct TopologyMatrix {
  std::vector<std::string> devices;  // GPUs, then network cards, under their names in the system
  std::vector<std::string> cpus;     // by device: those near it; "" where it is not said
  std::vector<std::vector<MatrixCell>> cells;  // symmetric

  bool is_gpu(std::size_t device) const { return devices[device].starts_with("GPU"); }
};

bool looks_like_topology_matrix(std::string_view text);

// Throws InputError "source:line:column: what was found, what to write".
TopologyMatrix read_topology_matrix(std::string_view text, const std::string& source);

}  // namespace palsim
