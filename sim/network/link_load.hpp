// What plans put on each directed link: sums over their messages' routes, whatever the order and
// the timing.
#pragma once

#include <optional>
#include <vector>

#include "sim/network/placed_plan.hpp"

namespace palsim {

// Bytes by LinkId. Throws as time_plans does.
std::vector<double> link_bytes(const Network& network, const std::vector<PlacedPlan>& plans);
std::vector<double> link_bytes(const Network& network, const Plan& plan, Bytes bytes);

// The link that needs the longest for its bytes, bytes / bandwidth; of equals the first. None where
// no link carries any.
std::optional<LinkId> bottleneck(const Network& network, const std::vector<double>& link_bytes);

}  // namespace palsim
