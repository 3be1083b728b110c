// The rings around which NCCL would send a node's collectives: the search of its
// src/graph/search.cc, in short. At a speed s each hop of each ring takes s from every directed
// link of its route, and as many rings are laid as fit, at most 16. The best speed and count are
// those of the largest count x s, NCCL's bus bandwidth; of equals those with fewer rings, then
// those with less latency, summed over all hops.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/network/network.hpp"

namespace palsim {

// Orders of the node's workers, one per channel, as Transport::rings. Each starts at worker 0; with
// `attach`, the vertex where the fabric's uplink starts, each is cut where it costs least to leave
// the node and to enter the next one: at the hop whose ends are nearest to `attach`, ties by the
// first worker's rank, then the last one's.
// Speeds are tried from the fastest to the slowest: links' rates over 1, 2, 3, ... The search at a
// speed is exhaustive until it has tried its budget of hops, nearest to NCCL's order of trying:
// wide hops first, then short ones, then by rank; so nodes of up to about 8 workers get the best
// there is, and larger ones the best that was met, at worst the best order that goes from each
// worker to the nearest one left. Every run finds the same rings. Throws InputError as Network
// does.
std::vector<std::vector<std::int64_t>> find_rings(const Node& node,
                                                  const std::optional<std::string>& attach = {});

}  // namespace palsim
