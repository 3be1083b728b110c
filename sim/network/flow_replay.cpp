#include "sim/network/flow_replay.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sim/core/error.hpp"
#include "sim/network/flow_set.hpp"

namespace palsim {
namespace {

void check(const Network& network, const FlowRequest& flow, std::size_t number) {
  for (const Rank rank : {flow.source, flow.target}) {
    require<InputError>(rank >= 0 && rank < network.ranks(),
                        "flow {}: rank {} on a network of {} workers; write 0 to {}", number, rank,
                        network.ranks(), network.ranks() - 1);
  }
  require<InputError>(flow.source != flow.target,
                      "flow {}: from rank {} to itself; write two different ranks", number,
                      flow.source);
  require<InputError>(flow.bytes >= Bytes(0), "flow {}: {} bytes; write 0 or more", number,
                      flow.bytes.count());
  require<InputError>(flow.start >= Time::start(),
                      "flow {}: starts {} ns before time zero; write 0 or later", number,
                      -flow.start.since_start().count_ns());
}

}  // namespace

std::vector<Time> finish_times(const Network& network, const std::vector<FlowRequest>& flows) {
  std::vector<Time> begins;  // to flow
  MaxMinProblem routes;
  for (const FlowRequest& flow : flows) {
    check(network, flow, begins.size());
    begins.push_back(flow.start + network.append_route(flow.source, flow.target, routes.hops));
    require<InputError>(routes.hops.size() < std::numeric_limits<std::uint32_t>::max(),
                        "{} flows have more hops than can be numbered", flows.size());
    routes.first_hop.push_back(static_cast<std::uint32_t>(routes.hops.size()));
  }
  for (LinkId link = 0; link < network.links(); ++link) {
    routes.capacity_bytes_per_s.push_back(network.bandwidth(link).count());
  }

  std::vector<FlowId> order(flows.size());
  std::iota(order.begin(), order.end(), FlowId{0});
  std::erase_if(order, [&](FlowId flow) { return flows[flow].bytes == Bytes(0); });
  std::stable_sort(order.begin(), order.end(),
                   [&](FlowId a, FlowId b) { return begins[a] < begins[b]; });

  std::vector<Time> finishes = begins;
  FlowSet on_wire(std::move(routes));
  for (auto next = order.begin(); next != order.end() || !on_wire.idle();) {
    const bool begins_next =
        next != order.end() && (on_wire.idle() || begins[*next] <= on_wire.next_end());
    const Time now = begins_next ? begins[*next] : on_wire.next_end();
    for (const FlowId flow : on_wire.end(now)) finishes[flow] = now;
    for (; next != order.end() && begins[*next] == now; ++next) {
      on_wire.start(*next, static_cast<double>(flows[*next].bytes.count()));
    }
    on_wire.settle(now);
  }
  return finishes;
}

}  // namespace palsim
