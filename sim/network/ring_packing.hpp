// Rings that fit into one node together when each hop takes the same speed from every directed link
// of its route.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/network/node_hops.hpp"

namespace palsim {

using NodeRing = std::vector<std::int64_t>;  // starts at worker 0

// How often a link can be crossed at the speed, no more than `most`.
std::int64_t crossings_at(BytesPerSecond speed, BytesPerSecond rate, std::int64_t most);

// More rings than this do not fit: by the cuts, and no more than `most`.
std::int64_t most_rings_at(const NodeHops& hops, BytesPerSecond speed, std::int64_t most);

struct PackedRings {
  std::vector<NodeRing> rings;
  std::int64_t tries = 0;  // hops tried
};

struct PackingLimits {
  std::int64_t rings = 0;
  std::int64_t tries = 0;
};

// The most rings, of equals those with the least latency, then those found first. Exhaustive unless
// it runs out of tries.
PackedRings pack_rings(const NodeHops& hops, BytesPerSecond speed, PackingLimits limits);

}  // namespace palsim
