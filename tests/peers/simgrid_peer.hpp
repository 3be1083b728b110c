// Flows and plans through SimGrid (https://simgrid.org), an independent simulator, for tests to
// compare with.
//
// SimGrid's CM02 shares links by latency and knows TCP's window; both are switched off: its links
// have no latency, so that shares are equal, and who sends sleeps through the route's latency
// first. Its engine is a singleton, so every call runs in a child process of its own.
#pragma once

#include <functional>
#include <vector>

#include "sim/network/flow_replay.hpp"
#include "sim/network/placed_plan.hpp"

namespace palsim {

// By flow, in seconds.
std::vector<double> simgrid_finishes_s(const Network& network,
                                       const std::vector<FlowRequest>& flows);

// When each plan is done, in seconds. The buffers must cut into chunks of whole bytes.
std::vector<double> simgrid_plan_ends_s(const Network& network,
                                        const std::vector<PlacedPlan>& plans);

// A ring all-reduce as one writes it for SimGrid: hosts on a switch, each with one link of that
// bandwidth and latency, and an actor that sends to the next and receives from the one before.
double simgrid_ring_s(std::int64_t ranks, Bytes bytes, const Link& link);

// What `work` returns, computed by a child process. Throws if the child fails.
std::vector<double> in_child(const std::function<std::vector<double>()>& work);

}  // namespace palsim
