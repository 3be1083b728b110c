// Reduce-scatter along rings: rank r ends with the sum of all ranks' r-th part of the buffer, and
// with partial sums in the rest of it. S is the whole buffer, of which a rank keeps S / K.
// Steps: K - 1. Bytes on the wire: (K - 1) S in all, (K - 1)/K S from each rank.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// One ring per order, each over an equal share of every part, all at the same time. Every order
// must be a permutation of the ranks 0, ..., K - 1.
Plan ring_reduce_scatter(const std::vector<Order>& orders);

// One ring in rank order.
Plan ring_reduce_scatter(std::int64_t ranks);

}  // namespace palsim
