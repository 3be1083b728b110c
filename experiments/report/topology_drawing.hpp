// The graph that a cluster is drawn as: of many nodes a few, chosen so that each method's busiest
// link is there, and each way in which the links of a node are used, the busiest first.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "experiments/predict/prediction.hpp"
#include "sim/network/network.hpp"

namespace palsim {

// {vertices, links, utilization, note}: links one for each direction; each stands for `like` links
// that every method uses alike, itself included. `utilization` has a method's figures by link. The
// note says what was left out, if anything. Vertices that train have their rank. The methods'
// links were counted.
nlohmann::ordered_json topology_drawing(const Network& network, Rank workers,
                                        const std::vector<MethodPrediction>& methods);

}  // namespace palsim
