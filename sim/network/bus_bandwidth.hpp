// The bus bandwidth of NCCL's cost model, from the network: what large messages reach along the
// rings, latencies left out. Groups that do the same at the same time contend.
#pragma once

#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/network/network.hpp"
#include "sim/network/worker_group.hpp"

namespace palsim {

// By group, each of two or more ranks: bus factor x S / time of the collective along its rings. A
// broadcast counts as going on, with all of its chain at work.
std::vector<BytesPerSecond> bus_bandwidths(const Network& network,
                                           const std::vector<WorkerGroup>& groups,
                                           Collective collective);

}  // namespace palsim
