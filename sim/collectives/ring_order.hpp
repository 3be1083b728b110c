// The orders in which rings and chains go through the ranks.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"

namespace palsim {

using Order = std::vector<Rank>;

// first, first + 1, ..., ranks - 1, 0, ..., first - 1.
Order rank_order(std::int64_t ranks, Rank first = 0);

// Throws InternalError unless these are ranks below `ranks`, none twice.
void check_distinct(const Order& order, std::int64_t ranks);

// Throws InternalError unless there is an order and each is a permutation of the ranks 0, ..., K
// - 1.
void check_orders(const std::vector<Order>& orders);

}  // namespace palsim
