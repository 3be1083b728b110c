// All-reduce along rings: a reduce-scatter, then an all-gather of what it left. In K - 1 steps
// every rank sends one chunk of K to the next rank, which adds it: each rank then holds one chunk
// complete. In K - 1 more steps these travel round.
// Steps: 2(K - 1). Bytes on the wire: 2(K - 1) S in all, 2(K - 1)/K S from each rank.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// One ring per order, each over an equal share of the buffer, all at the same time. Every order
// must be a permutation of the ranks 0, ..., K - 1.
Plan ring_all_reduce(const std::vector<Order>& orders);

// One ring in rank order.
Plan ring_all_reduce(std::int64_t ranks);

}  // namespace palsim
