// Random flows, and when they end by the plainest way to compute it: all rates anew, from nothing,
// at every start and end.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "sim/network/flow_replay.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/max_min_oracle.hpp"

namespace palsim {

// Between random ranks; some start together, some carry nothing. None if there is but one rank.
inline std::vector<FlowRequest> random_flows(Draws& random, const Network& network,
                                             std::size_t count) {
  std::vector<FlowRequest> flows;
  const std::uint32_t span_ns = random() % 2 ? 1'000'000 : 100'000'000;
  const std::uint32_t most_bytes = random() % 2 ? 1'000 : 30'000'000;
  const auto ranks = static_cast<std::uint32_t>(network.ranks());
  while (ranks > 1 && flows.size() < count) {
    const Rank source = random() % ranks;
    const Rank target = (source + 1 + random() % (ranks - 1)) % ranks;
    const Time start = !flows.empty() && random() % 8 == 0
                           ? flows.back().start
                           : Time::start() + Duration::nanoseconds(random() % span_ns);
    flows.push_back({start, source, target, Bytes(random() % 16 == 0 ? 0 : random() % most_bytes)});
  }
  return flows;
}

// In seconds, nothing rounded.
inline std::vector<double> naive_finishes_s(const Network& network,
                                            const std::vector<FlowRequest>& flows) {
  struct Moving {
    std::size_t flow;
    double left_bytes;
    std::vector<LinkId> links;
  };
  std::vector<Moving> waiting;
  std::vector<double> finishes_s;
  for (const FlowRequest& flow : flows) {
    const Route route = network.route(flow.source, flow.target);
    finishes_s.push_back((flow.start + route.latency).in_seconds());
    if (flow.bytes == Bytes(0)) continue;
    waiting.push_back(
        {finishes_s.size() - 1, static_cast<double>(flow.bytes.count()), route.links});
  }
  std::stable_sort(waiting.begin(), waiting.end(), [&](const Moving& a, const Moving& b) {
    return finishes_s[a.flow] > finishes_s[b.flow];
  });

  std::vector<Moving> moving;
  double now_s = 0;
  while (!waiting.empty() || !moving.empty()) {
    MaxMinProblem problem;
    for (LinkId link = 0; link < network.links(); ++link) {
      problem.capacity_bytes_per_s.push_back(network.bandwidth(link).count());
    }
    for (const Moving& each : moving) {
      problem.hops.insert(problem.hops.end(), each.links.begin(), each.links.end());
      problem.first_hop.push_back(static_cast<std::uint32_t>(problem.hops.size()));
    }
    const std::vector<double> rates = naive_max_min(problem);
    std::size_t ending = moving.size();
    double next_s = std::numeric_limits<double>::infinity();
    if (!waiting.empty()) next_s = finishes_s[waiting.back().flow];
    for (std::size_t at = 0; at < moving.size(); ++at) {
      const double end_s = now_s + moving[at].left_bytes / rates[at];
      if (end_s > next_s) continue;
      next_s = end_s;
      ending = at;
    }
    for (std::size_t at = 0; at < moving.size(); ++at) {
      moving[at].left_bytes -= rates[at] * (next_s - now_s);
    }
    now_s = next_s;
    if (ending < moving.size()) {
      finishes_s[moving[ending].flow] = now_s;
      moving.erase(moving.begin() + static_cast<std::ptrdiff_t>(ending));
    } else {
      moving.push_back(waiting.back());
      waiting.pop_back();
    }
  }
  return finishes_s;
}

}  // namespace palsim
