// The rings around which NCCL would send a node's collectives: the search of its
// src/graph/search.cc, in short. At a speed s each hop of each ring takes s from every directed
// link of its route, and as many rings are laid as fit, at most 16. The best speed and count are
// those of the largest count x s, NCCL's bus bandwidth; of equals those with fewer rings, then
// those with less latency, summed over all hops. Where the fastest ring can do with links of the
// workers' own, no other ring leaves them: as NCCL, that does not add PCIe to NVLink.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/network/network.hpp"

namespace palsim {

// Orders of the node's workers, one per channel, as Transport::rings. Each starts at worker 0; with
// `attach`, the vertex where the fabric's uplink starts, each is cut where the hop to the next node
// is nearest, by latency, then by links; of such places, where the rings before left most of the
// links to `attach`, then at the first worker by rank.
// The search tries speeds (links' rates over 1, 2, 3, ...) from the fastest to the slowest, and
// orders by NCCL's hope: the widest hop first, then the nearest, then by rank. Each speed has a
// budget of hops to try, and so have all together: some ten milliseconds. In nodes of a few workers
// that finds the best there is; in larger ones the best that was met, or at worst the best order
// that goes from each worker to the nearest one left. Every run finds the same. Throws InputError
// as Network does.
std::vector<std::vector<std::int64_t>> find_rings(const Node& node,
                                                  const std::optional<std::string>& attach = {});

}  // namespace palsim
