// What a run puts on each link: every meeting's collectives, as often as the workers met.
#pragma once

#include <vector>

#include "sim/network/communicator.hpp"
#include "sim/replay/prices.hpp"
#include "sim/replay/replay.hpp"

namespace palsim {

// Bytes, by LinkId.
std::vector<double> link_traffic(const Meetings& meetings, const Prices& prices,
                                 Communicator& communicator);

}  // namespace palsim
