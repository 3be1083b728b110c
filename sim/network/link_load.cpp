#include "sim/network/link_load.hpp"

namespace palsim {

std::vector<double> link_bytes(const Network& network, const std::vector<PlacedPlan>& plans) {
  std::vector<double> carried(static_cast<std::size_t>(network.links()));
  std::vector<LinkId> route;
  for (const PlacedPlan& placed : plans) {
    check(network, placed);
    // Chunks are exact where bytes are rounded, so the division comes last.
    std::vector<std::int64_t> chunks(carried.size());
    for (const Channel& channel : placed.plan.channels) {
      for (const Stage& stage : channel.stages) {
        for (const Send& send : stage.sends) {
          route.clear();
          network.append_route(network_rank(placed, send.source), network_rank(placed, send.target),
                               route);
          for (const LinkId link : route) chunks[link] += stage.repeat * send.chunks;
        }
      }
    }
    for (std::size_t link = 0; link < carried.size(); ++link) {
      carried[link] += static_cast<double>(placed.bytes.count()) *
                       static_cast<double>(chunks[link]) / static_cast<double>(placed.plan.chunks);
    }
  }
  return carried;
}

std::vector<double> link_bytes(const Network& network, const Plan& plan, Bytes bytes) {
  return link_bytes(network, {{.plan = plan, .bytes = bytes}});
}

std::optional<LinkId> bottleneck(const Network& network, const std::vector<double>& link_bytes) {
  std::optional<LinkId> busiest;
  double most_s = 0;
  for (LinkId link = 0; link < link_bytes.size(); ++link) {
    const double busy_s = link_bytes[link] / network.bandwidth(link).count();
    if (busy_s <= most_s) continue;
    most_s = busy_s;
    busiest = link;
  }
  return busiest;
}

}  // namespace palsim
