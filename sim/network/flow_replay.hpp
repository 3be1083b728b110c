// Independent flows over a network, each with a start time: when each ends where all share the
// links max-min fairly.
#pragma once

#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"
#include "sim/network/network.hpp"

namespace palsim {

struct FlowRequest {
  Time start;
  Rank source = 0;
  Rank target = 0;
  Bytes bytes;
};

// By flow. A flow waits its route's latency after its start, then its bytes flow; no bytes arrive
// after the latency. Throws InputError for a rank that the network does not have, a flow from a
// rank to itself, and negative bytes or starts.
std::vector<Time> finish_times(const Network& network, const std::vector<FlowRequest>& flows);

}  // namespace palsim
