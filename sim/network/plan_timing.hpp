// How long plans take that have a network to themselves: one alone, or several that contend for its
// links.
//
// A message waits its route's latencies, then its bytes flow at the max-min fair rate; it arrives
// at the nearest nanosecond. Repetitions that have become periodic are counted, not simulated,
// which changes no nanosecond (see plan_run.hpp): a uniform ring over 100 000 ranks is timed by
// half a dozen of its 200 000 steps.
#pragma once

#include "sim/collectives/plan.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/network.hpp"
#include "sim/network/placed_plan.hpp"
#include "sim/network/plan_layout.hpp"

namespace palsim {

// When each plan is done on its last rank, counted from time zero. A rank without messages is done
// when it starts; no bytes take no time. A rank may take part in several plans at once. Throws
// InputError for ranks that the network does not have and the like (see placed_plan.hpp).
std::vector<Duration> time_plans(const Network& network, const std::vector<PlacedPlan>& plans,
                                 TimingOptions options = {});

// Of a plan alone on the network's first ranks, which all start at time zero.
Duration time_plan(const Network& network, const Plan& plan, Bytes bytes,
                   TimingOptions options = {});

}  // namespace palsim
