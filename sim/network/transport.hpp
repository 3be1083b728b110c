// What lies between a collective and the wire. `ideal` costs nothing: a collective takes what its
// plan takes on the network. `nccl` is NCCL's own cost model; see nccl_cost.hpp. `measured` is a
// table of times, and no model; see measured_cost.hpp. Each may be given a set-up and a launch cost
// that measurements showed; `nccl` also factors on its figures.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"

namespace palsim {

enum class TransportKind { ideal, nccl, measured };
enum class Algorithm { automatic, ring, tree, halving_doubling, hierarchical };
enum class Protocol { automatic, ll, ll128, simple };
enum class NodeLinks { nvlink, pcie };  // what joins the workers of one node

// How rings go through several nodes: node after node, or one worker of each node in turn, so that
// every hop crosses the fabric: a poor order, to see what it costs.
enum class RingOrder { node_by_node, interleaved };

// Time of a collective of `size` over what the model says; between sizes the factor's logarithm is
// linear in the size's, beyond them it stays.
struct Correction {
  Bytes size;
  double factor = 1;
};

// What measurements say of NCCL's cost model: factors on its latencies, on its bandwidths, and on
// the whole.
struct NcclFit {
  double latency_factor = 1;
  double bandwidth_factor = 1;
  std::vector<Correction> corrections = {};  // by ascending size
};

// How long a collective of so many workers took that did nothing else meanwhile.
struct MeasuredTime {
  std::int64_t workers = 0;
  Bytes size;
  Duration time;
};
using MeasuredTimes = std::vector<MeasuredTime>;  // ascending, by workers, then by size

struct Transport {
  TransportKind kind = TransportKind::ideal;
  Algorithm algorithm = Algorithm::automatic;  // automatic: the fastest
  Protocol protocol = Protocol::automatic;     // of nccl; automatic: the fastest
  NodeLinks node_links = NodeLinks::pcie;
  // Orders of a node's workers, one per channel; each ring goes through every node in its order and
  // carries an equal share. Empty: those that the node's links suggest.
  std::vector<std::vector<std::int64_t>> rings;
  RingOrder ring_order = RingOrder::node_by_node;

  Duration setup;   // of a communicator, once, at its first collective
  Duration launch;  // of each collective

  NcclFit fit;               // of nccl
  MeasuredTimes all_reduce;  // of measured
  MeasuredTimes broadcast;   // of measured
};

}  // namespace palsim
