// Collectives of a group: some ranks of a larger number, in whatever order. Several groups can be
// at work on one network at the same time.
#pragma once

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// The plan for `ranks` ranks in which group[i] does what rank i does in `plan`, and the others
// nothing. Throws InternalError unless the group has as many ranks as the plan, all different and
// below `ranks`.
Plan placed_on(Plan plan, const Order& group, std::int64_t ranks);

}  // namespace palsim
