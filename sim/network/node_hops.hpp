// The hops that rings over one node's workers are made of, and what holds for every ring: the cuts
// that it crosses and the latency that it has at least. Hops take the network's routes.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/network/network.hpp"

namespace palsim {

enum class HopKind { any, direct };  // direct: over a link of the two workers' own

struct NodeHops {
  using Workers = std::vector<std::int64_t>;
  using Cut = std::vector<LinkId>;  // directed links of which each ring crosses one or more

  std::int64_t workers = 0;
  std::vector<BytesPerSecond> rates;  // by directed link of the node
  std::vector<Route> between;         // source * workers + target; no links: no such hop
  // By worker those to which it has a hop, the nearest first: by latency, links, rank; and the
  // widest first: by the rate of the route's narrowest link, then the nearest.
  std::vector<Workers> nearest;
  std::vector<Workers> widest;
  // The links out of each worker, those into it, and each single link that is the only way from
  // some workers to all others, as in a tree.
  std::vector<Cut> cuts;
  Duration least_latency;       // of a hop
  Duration least_ring_latency;  // no ring's hops sum to less; in a tree some ring's do

  const Route& hop(std::int64_t source, std::int64_t target) const {
    return between[static_cast<std::size_t>(source * workers + target)];
  }
  // Hop after hop, the last one back to the first worker.
  template <class Visit>
  void for_each_hop(const Workers& ring, Visit visit) const {
    for (std::size_t place = 0; place < ring.size(); ++place) {
      visit(hop(ring[place], ring[place + 1 == ring.size() ? 0 : place + 1]));
    }
  }
};

// Of the network's first node, which has two workers or more. With a worker that has no hop at all
// there is an empty cut.
NodeHops node_hops(const Network& network, HopKind kind);

}  // namespace palsim
