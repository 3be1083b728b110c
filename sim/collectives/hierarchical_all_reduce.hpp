// All-reduce over n nodes of m workers each: a reduce-scatter along a ring in every node, then for
// each worker's shard an all-reduce along a ring through the nodes, then an all-gather along the
// rings in the nodes. What leaves a node is what a ring of n ranks would send, in n - 1 instead of
// nm - 1 steps each way.
// Steps: 2(m - 1) + 2(n - 1). Bytes on the wire: 2(nm - 1) S in all, of these 2(n - 1) S between
// nodes; 2(nm - 1)/(nm) S from each rank.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// Ranks are numbered node by node. The rings in each node follow `within_node`, permutations of 0,
// ..., m - 1, each over an equal share of the buffer, all at the same time.
Plan hierarchical_all_reduce(std::int64_t nodes, const std::vector<Order>& within_node);

// One ring in rank order.
Plan hierarchical_all_reduce(std::int64_t nodes, std::int64_t workers_per_node);

}  // namespace palsim
