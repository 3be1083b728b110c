// A plan at its place on a network: with its buffer, on which of the network's ranks, and from when
// each of them is there.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/network.hpp"

namespace palsim {

struct PlacedPlan {
  Plan plan = {};
  Bytes bytes;
  std::vector<Rank> ranks = {};       // the network's, by the plan's; empty: the same numbers
  std::vector<Duration> starts = {};  // after time zero, by the plan's ranks; empty: all at zero
};

// Throws InputError unless every rank of the plan is a different one of the network's and starts at
// or after time zero, and the buffer is not negative; InternalError for what is not a plan.
void check(const Network& network, const PlacedPlan& placed);

Rank network_rank(const PlacedPlan& placed, Rank rank);
Duration start_of(const PlacedPlan& placed, Rank rank);

}  // namespace palsim
