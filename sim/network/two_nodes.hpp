// Rings through many equal nodes, on two of them. Where every node has the same links, the same
// workers in the same order in each ring, and the same next node, they all do the same at the same
// time. So what goes on in one of N nodes goes on in one of two, if a rank of the two sends as
// often and as much as a rank of the N.
#pragma once

#include <optional>

#include "sim/collectives/collective.hpp"
#include "sim/network/placed_plan.hpp"
#include "sim/network/worker_group.hpp"

namespace palsim {

struct TwoNodes {
  Network network;
  PlacedPlan plan;  // takes as long as the rings through all nodes
};

// Of a collective that runs along rings: all-reduce, reduce-scatter or all-gather. None unless the
// group has equally many workers, the same ones, on each of three nodes or more, one node after the
// other.
std::optional<TwoNodes> rings_on_two_nodes(const Network& network, const WorkerGroup& group,
                                           Collective collective, Bytes bytes);

}  // namespace palsim
