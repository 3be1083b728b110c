// A collective's time on the transport `ideal`: that of its plan on the network, for the fastest of
// the algorithms, or the one that is forced.
// Trees and chains go whole or in NCCL's pieces of 512 KiB, whichever is sooner: each piece waits
// for the links' latencies again. All messages of a tree in pieces contend with each other, so they
// are bounded to 2^15: a tree over many ranks, or of a large buffer, goes in fewer and larger
// pieces (of 64 ranks in 130 at most) and may come out slower than it could be.
#pragma once

#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/network/collective_cost.hpp"
#include "sim/network/network.hpp"
#include "sim/network/worker_group.hpp"

namespace palsim {

// Of groups of two or more ranks, which all do the same at the same time. `forced` holds for
// all-reduces. The bytes sent are left to the caller.
CollectiveCost ideal_cost(const Network& network, const std::vector<WorkerGroup>& groups,
                          Collective collective, Algorithm forced, Bytes bytes);

}  // namespace palsim
