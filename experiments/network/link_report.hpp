// What each directed link carried, and how busy that kept it: bytes over what it could have carried
// in the time.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "experiments/command/text_table.hpp"
#include "sim/network/network.hpp"
#include "sim/network/transport.hpp"

namespace palsim {

struct LinkUse {
  std::string link;
  BytesPerSecond bandwidth;  // as messages reach it
  double bytes = 0;
  double utilization = 0;  // above 1 where a fit's corrections by size are faster than the links
};

// By LinkId. `bytes` holds one figure for each link of the network. A fitted transport reaches its
// factor of each link's bandwidth.
std::vector<LinkUse> link_uses(const Network& network, const Transport& transport,
                               const std::vector<double>& bytes, double seconds);

Table link_table(const std::vector<LinkUse>& uses);
std::string link_csv(const std::vector<LinkUse>& uses);
nlohmann::ordered_json link_objects(const std::vector<LinkUse>& uses);

// "bridge0 -> bridge1 (and 1 like it), 97.9 % utilized"; "none" if nothing was carried.
std::string bottleneck_line(const std::vector<LinkUse>& uses);

}  // namespace palsim
