#include "sim/network/ring_search.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "sim/network/ring_packing.hpp"

namespace palsim {
namespace {

constexpr std::int64_t most_rings = 16;  // that NCCL's search looks for
// Hops, at one speed and in all: some ten milliseconds.
constexpr std::int64_t tries_at_a_speed = std::int64_t{1} << 17;
constexpr std::int64_t tries_in_all = std::int64_t{1} << 20;
constexpr double rounding = 1e-9;  // relative: speeds are quotients of rates
constexpr BytesPerSecond endless(std::numeric_limits<double>::infinity());

struct Rings {
  std::vector<NodeRing> orders;
  BytesPerSecond bus_bandwidth;
  Duration latency;

  auto count() const { return static_cast<std::int64_t>(orders.size()); }
  bool is_better_than(const Rings& other) const {
    if (bus_bandwidth > other.bus_bandwidth * (1 + rounding)) return true;
    if (bus_bandwidth < other.bus_bandwidth * (1 - rounding)) return false;
    return std::tuple(count(), latency) < std::tuple(other.count(), other.latency);
  }
};

// All rings go at one speed: that of the link that is crossed most for its rate.
Rings measured(const NodeHops& hops, std::vector<NodeRing> orders) {
  Rings rings{.orders = std::move(orders)};
  std::vector<std::int64_t> crossings(hops.rates.size());
  for (const NodeRing& ring : rings.orders) {
    hops.for_each_hop(ring, [&](const Route& hop) {
      rings.latency += hop.latency;
      for (const LinkId link : hop.links) ++crossings[link];
    });
  }
  BytesPerSecond speed = endless;
  for (std::size_t link = 0; link < crossings.size(); ++link) {
    if (crossings[link] == 0) continue;
    speed = std::min(speed, hops.rates[link] * (1 / static_cast<double>(crossings[link])));
  }
  rings.bus_bandwidth = speed * static_cast<double>(rings.count());
  return rings;
}

NodeRing started_at(NodeRing ring, std::int64_t worker) {
  std::rotate(ring.begin(), std::find(ring.begin(), ring.end(), worker), ring.end());
  return ring;
}

// From each worker to the nearest one left; the best of all starts.
Rings nearest_neighbours(const NodeHops& hops) {
  Rings best;
  for (std::int64_t start = 0; start < hops.workers; ++start) {
    NodeRing ring{start};
    std::vector<char> is_on_ring(static_cast<std::size_t>(hops.workers));
    is_on_ring[start] = 1;
    while (static_cast<std::int64_t>(ring.size()) < hops.workers) {
      const NodeHops::Workers& others = hops.nearest[ring.back()];
      ring.push_back(*std::find_if(others.begin(), others.end(),
                                   [&](auto other) { return !is_on_ring[other]; }));
      is_on_ring[ring.back()] = 1;
    }
    Rings rings = measured(hops, {started_at(std::move(ring), 0)});
    if (start == 0 || rings.is_better_than(best)) best = std::move(rings);
  }
  return best;
}

BytesPerSecond narrowest_cut(const NodeHops& hops) {
  BytesPerSecond narrowest = endless;
  for (const NodeHops::Cut& cut : hops.cuts) {
    BytesPerSecond width;
    for (const LinkId link : cut) width += hops.rates[link];
    narrowest = std::min(narrowest, width);
  }
  return narrowest;
}

// The different rates of the links that hops use.
std::vector<BytesPerSecond> rates_used(const NodeHops& hops) {
  std::vector<BytesPerSecond> rates;
  for (const Route& hop : hops.between) {
    for (const LinkId link : hop.links) rates.push_back(hops.rates[link]);
  }
  std::sort(rates.begin(), rates.end());
  rates.erase(std::unique(rates.begin(), rates.end()), rates.end());
  return rates;
}

// The fastest speed below `limit` at which one more crossing of some link fits; zero for none.
BytesPerSecond next_speed(const std::vector<BytesPerSecond>& rates, BytesPerSecond limit,
                          std::int64_t most_crossings) {
  BytesPerSecond speed;
  for (const BytesPerSecond rate : rates) {
    const std::int64_t crossings = crossings_at(limit, rate, most_crossings) + 1;
    if (crossings > most_crossings) continue;
    speed = std::max(speed, rate * (1 / static_cast<double>(crossings)));
  }
  return speed;
}

// A search that goes from the fastest speed to the slowest.
class RingSearch {
 public:
  explicit RingSearch(std::int64_t tries) : tries_left_(tries) {}

  const Rings& best() const { return best_; }
  bool is_done(BytesPerSecond speed) const {
    return tries_left_ <= 0 || speed == BytesPerSecond() ||
           speed * most_rings < best_.bus_bandwidth;
  }

  // Whether it found rings, be they better than the best or not.
  bool looks_at(const NodeHops& hops, BytesPerSecond speed) {
    tries_left_ -= static_cast<std::int64_t>(hops.rates.size());  // looking at a link is one, too
    const std::int64_t rings = most_rings_at(hops, speed, most_rings);
    const Rings hoped_for{.orders = std::vector<NodeRing>(static_cast<std::size_t>(rings)),
                          .bus_bandwidth = speed * static_cast<double>(rings),
                          .latency = hops.least_ring_latency * rings};
    if (rings == 0 || !hoped_for.is_better_than(best_)) return false;
    PackedRings packed =
        pack_rings(hops, speed, {.rings = rings, .tries = std::min(tries_at_a_speed, tries_left_)});
    tries_left_ -= packed.tries;
    if (packed.rings.empty()) return false;
    Rings found = measured(hops, std::move(packed.rings));
    if (found.is_better_than(best_)) best_ = std::move(found);
    return true;
  }

 private:
  std::int64_t tries_left_;
  Rings best_;
};

std::vector<NodeRing> best_rings(const Network& network) {
  const NodeHops any = node_hops(network, HopKind::any);
  const NodeHops direct = node_hops(network, HopKind::direct);
  const std::vector<BytesPerSecond> rates = rates_used(any);
  // A ring may cross a link with each of its hops; where there are more rings than workers, few do.
  const std::int64_t most_crossings = std::max(any.workers, most_rings);
  const auto speed_below = [&](BytesPerSecond limit) {
    return next_speed(rates, limit, most_crossings);
  };
  RingSearch search(tries_in_all);
  bool only_direct = false;
  // No ring is faster than the narrowest cut; so fast may be the first one.
  for (BytesPerSecond speed = speed_below(narrowest_cut(any) * (1 + 2 * rounding));
       !search.is_done(speed); speed = speed_below(speed)) {
    const bool is_first = search.best().orders.empty();
    const bool found_direct = search.looks_at(direct, speed);
    if (is_first && found_direct) only_direct = true;
    if (!only_direct) search.looks_at(any, speed);
  }
  const Rings& found = search.best();
  Rings neighbours = nearest_neighbours(any);
  const bool is_beaten = found.orders.empty() || neighbours.is_better_than(found);
  return is_beaten ? neighbours.orders : found.orders;
}

// Cuts each ring where the hop to the next node, from its last worker to its first, is nearest; of
// several such places, where the links on the way carry the fewest rings yet for their rates.
void cut_at_uplink(const Network& nodes, std::vector<NodeRing>& rings) {
  const auto links = static_cast<LinkId>(nodes.links() / nodes.nodes());
  std::vector<double> crossings(links);
  for (NodeRing& ring : rings) {
    const auto hop_to = [&](std::size_t place) {
      return nodes.route(ring[(place + ring.size() - 1) % ring.size()],
                         nodes.workers_per_node() + ring[place]);
    };
    const auto cost = [&](std::size_t place) {
      const Route hop = hop_to(place);
      double load = 0;
      for (const LinkId link : hop.links) {
        load = std::max(load, (crossings[link % links] + 1) / nodes.bandwidth(link).count());
      }
      return std::tuple(hop.latency, hop.links.size(), load, ring[place]);
    };
    std::size_t best = 0;
    for (std::size_t place = 1; place < ring.size(); ++place) {
      if (cost(place) < cost(best)) best = place;
    }
    for (const LinkId link : hop_to(best).links) ++crossings[link % links];
    std::rotate(ring.begin(), ring.begin() + static_cast<std::ptrdiff_t>(best), ring.end());
  }
}

}  // namespace

std::vector<std::vector<std::int64_t>> find_rings(const Node& node,
                                                  const std::optional<std::string>& attach) {
  std::optional<Fabric> fabric;
  if (attach) fabric = Fabric{.attach = *attach, .uplink = {.bandwidth = endless, .latency = {}}};
  const Network nodes(node, attach ? 2 : 1, fabric);
  if (nodes.workers_per_node() == 1) return {{0}};
  std::vector<NodeRing> rings = best_rings(nodes);
  if (attach) cut_at_uplink(nodes, rings);
  return rings;
}

}  // namespace palsim
