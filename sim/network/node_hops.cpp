#include "sim/network/node_hops.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "sim/collectives/ring_order.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

BytesPerSecond width(const NodeHops& hops, const Route& route) {
  BytesPerSecond narrowest = hops.rates[route.links.front()];
  for (const LinkId link : route.links) narrowest = std::min(narrowest, hops.rates[link]);
  return narrowest;
}

// Links that are crossed by every hop from some workers, the sources, to all others, the targets.
std::vector<LinkId> only_ways(const NodeHops& hops) {
  struct Crossings {
    std::int64_t hops = 0;
    std::int64_t sources = 0;
    std::int64_t targets = 0;
    std::int64_t last_source = -1;
    std::int64_t last_target = -1;
  };
  std::vector<Crossings> crossings(hops.rates.size());
  for (std::int64_t a = 0; a < hops.workers; ++a) {
    for (std::int64_t b = 0; b < hops.workers; ++b) {
      for (const LinkId link : hops.hop(a, b).links) {
        Crossings& by = crossings[link];
        ++by.hops;
        by.sources += std::exchange(by.last_source, a) != a;
      }
      for (const LinkId link : hops.hop(b, a).links) {
        Crossings& by = crossings[link];
        by.targets += std::exchange(by.last_target, a) != a;
      }
    }
  }
  std::vector<LinkId> found;
  for (LinkId link = 0; link < crossings.size(); ++link) {
    const Crossings& by = crossings[link];
    const bool parts_all = by.hops > 0 && by.sources + by.targets == hops.workers;
    if (parts_all && by.hops == by.sources * by.targets) found.push_back(link);
  }
  return found;
}

NodeHops::Cut without_repeats(NodeHops::Cut links) {
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return links;
}

template <class Key>
void sort_by(NodeHops::Workers& workers, const Key& key) {
  std::sort(workers.begin(), workers.end(),
            [&](std::int64_t a, std::int64_t b) { return key(a) < key(b); });
}

}  // namespace

NodeHops node_hops(const Network& network, HopKind kind) {
  const std::int64_t n = network.workers_per_node();
  require(n >= 2, "hops between {} workers", n);
  NodeHops hops{.workers = n};
  for (LinkId link = 0; link < 2 * network.node().links.size(); ++link) {
    hops.rates.push_back(network.bandwidth(link));
  }
  for (std::int64_t source = 0; source < n; ++source) {
    for (std::int64_t target = 0; target < n; ++target) {
      Route hop = source == target ? Route{} : network.route(source, target);
      if (kind == HopKind::direct && hop.links.size() > 1) hop = {};
      hops.between.push_back(std::move(hop));
    }
  }

  std::vector<Duration> least;
  for (std::int64_t worker = 0; worker < n; ++worker) {
    NodeHops::Workers others = rank_order(n);
    std::erase_if(others, [&](auto other) { return hops.hop(worker, other).links.empty(); });
    const auto distance = [&](std::int64_t other) {
      const Route& hop = hops.hop(worker, other);
      return std::tuple(hop.latency, hop.links.size(), other);
    };
    const auto narrowness = [&](std::int64_t other) {
      return std::tuple(-width(hops, hops.hop(worker, other)).count(), distance(other));
    };
    NodeHops::Cut out;
    NodeHops::Cut in;
    for (const std::int64_t other : others) {
      out.push_back(hops.hop(worker, other).links.front());
      in.push_back(hops.hop(other, worker).links.back());
    }
    hops.cuts.push_back(without_repeats(std::move(out)));
    hops.cuts.push_back(without_repeats(std::move(in)));
    sort_by(others, distance);
    if (!others.empty()) least.push_back(hops.hop(worker, others.front()).latency);
    hops.nearest.push_back(others);
    sort_by(others, narrowness);
    hops.widest.push_back(std::move(others));
  }

  Duration of_only_ways;
  for (const LinkId link : only_ways(hops)) {
    hops.cuts.push_back({link});
    of_only_ways += network.node().links[link / 2].link.latency;
  }
  const Duration of_nearest = std::accumulate(least.begin(), least.end(), Duration());
  hops.least_ring_latency = std::max(of_nearest, of_only_ways);
  if (!least.empty()) hops.least_latency = *std::min_element(least.begin(), least.end());
  return hops;
}

}  // namespace palsim
