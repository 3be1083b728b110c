// A described machine as a topology: switches and NUMA nodes become vertices, links get NCCL's
// latencies, network cards become the fabric's uplink.
#pragma once

#include "experiments/import/machine.hpp"
#include "topologies/topology_writer.hpp"

namespace palsim {

struct ImportedTopology {
  Topology topology;
  TopologyComments comments;
};

struct ImportOptions {
  std::string name;
  std::string source;  // of the machine's description, for a comment
  std::int64_t nodes = 1;
  DeviceSpec device;
  std::string device_source;
};

// Switches that join nothing are left out: a chain of bridges becomes one link, the slowest. One
// uplink stands for all the network cards: at the vertex where they are, or at the NVLink switch,
// from which NCCL's rings reach every card; else only the cards of the vertex that has the fastest
// count. Throws InputError if several nodes have no cards, or cards of unknown rate.
ImportedTopology imported_topology(const Machine& machine, const ImportOptions& options);

}  // namespace palsim
