// NCCL's own cost model, by which it chooses (NCCL 2.30, src/graph/tuning.cc): time = latency +
// bytes / algorithm bandwidth, for each algorithm (ring, tree) and protocol (LL, LL128, Simple);
// the least wins. Measured times differ by 10-20 %. Left out: its correction table for trees at
// middle sizes.
//
// Latency is a base plus one hop after another: on n ranks of m nodes
//   ring all-reduce      2 (n - m) hops in a node, 2 (m - 1) between nodes
//   tree all-reduce      2 (n / m - 1) in a node, 2 floor(log2 m) between nodes
//   ring reduce-scatter, all-gather, broadcast: half the ring all-reduce's (NCCL's table counts one
//                        hop or n for a broadcast, by whether all channels go the same way)
//   point-to-point       one hop
// A hop between nodes takes its constant plus the fabric's own latency, as there; the latencies of
// links in a node are part of the constants.
// Bandwidth: ring all-reduce n / (2 (n - 1)) of the bus bandwidth, tree half of it, reduce-scatter
// and all-gather n / (n - 1) of it, broadcast and point-to-point all of it, each times a factor of
// the protocol.
//
// A fit to measurements multiplies latencies, bandwidths and, by size, the whole. NCCL does not
// know of it: it chooses by the model alone, and what it chose takes the fitted time.
#pragma once

#include "sim/collectives/collective.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/transport.hpp"

namespace palsim {

struct NcclSetting {
  std::int64_t workers = 2;  // at least 2
  std::int64_t nodes = 1;
  NodeLinks node_links = NodeLinks::pcie;
  Duration fabric_latency;       // from node to node
  BytesPerSecond bus_bandwidth;  // of large messages
  NcclFit fit = {};
};

struct NcclChoice {
  Duration time;  // fitted
  Algorithm algorithm = Algorithm::ring;
  Protocol protocol = Protocol::simple;
};

// LL128 runs on NVLink only.
bool nccl_offers(NodeLinks node_links, Protocol protocol);
// Ring for all, tree for all-reduce only; point-to-point runs without LL128.
bool nccl_offers(Collective collective, Algorithm algorithm, Protocol protocol);

// What the model says, unfitted, of one algorithm and protocol that NCCL offers.
Duration nccl_latency(const NcclSetting& setting, Collective collective, Algorithm algorithm,
                      Protocol protocol);
BytesPerSecond nccl_algorithm_bandwidth(const NcclSetting& setting, Collective collective,
                                        Algorithm algorithm, Protocol protocol);

// The model's fastest of those that `algorithm` and `protocol` leave open; ties: ring before tree,
// LL before LL128 before Simple. Throws InputError if nothing is left.
NcclChoice nccl_fastest(const NcclSetting& setting, Collective collective, Algorithm algorithm,
                        Protocol protocol, Bytes bytes);

// The factor that `corrections` give at a size; 1 where there are none.
double correction_at(const std::vector<Correction>& corrections, Bytes size);

}  // namespace palsim
