// All-gather along rings: rank r begins with the r-th part of the buffer, and every rank ends with
// all of it. S is the whole buffer, to which a rank brings S / K.
// Steps: K - 1. Bytes on the wire: (K - 1) S in all, (K - 1)/K S from each rank.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// One ring per order, each over an equal share of every part, all at the same time. Every order
// must be a permutation of the ranks 0, ..., K - 1.
Plan ring_all_gather(const std::vector<Order>& orders);

// One ring in rank order.
Plan ring_all_gather(std::int64_t ranks);

}  // namespace palsim
