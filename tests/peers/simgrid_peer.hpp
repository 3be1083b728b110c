// Flows and plans through SimGrid (https://simgrid.org), an independent simulator, for tests to
// compare with.
//
// SimGrid's CM02 shares links by latency and knows TCP's window; both are switched off: its links
// have no latency, so that shares are equal, and who sends sleeps through the route's latency
// first. Its engine is a singleton, so every call runs in a child process of its own.
#pragma once

#include <vector>

#include "sim/network/flow_replay.hpp"
#include "sim/network/placed_plan.hpp"

namespace palsim {

// SimGrid's own tolerances, or as tight as it goes.
enum class SimGridPrecision { usual, tight };

struct SimGridRun {
  std::vector<double> ends_s = {};  // of each flow or plan
  double wall_s = 0;                // of the run, without what it takes to set the platform up
};

SimGridRun simgrid_flows(const Network& network, const std::vector<FlowRequest>& flows,
                         SimGridPrecision precision = SimGridPrecision::tight);

// The buffers must cut into chunks of whole bytes.
SimGridRun simgrid_plans(const Network& network, const std::vector<PlacedPlan>& plans);

// Ring all-reduces, one after the other, as one writes them for SimGrid: hosts on a switch, each
// with links of that bandwidth and latency, and an actor that sends to the next and receives from
// the one before.
SimGridRun simgrid_rings(std::int64_t ranks, Bytes bytes, const Link& link, int times = 1);

}  // namespace palsim
