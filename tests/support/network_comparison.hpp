// Whether two networks are the same to messages, whatever their vertices are called.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/network/network.hpp"

namespace palsim {

inline BytesPerSecond narrowest(const Network& network, const Route& route) {
  BytesPerSecond least = network.bandwidth(route.links.front());
  for (const LinkId link : route.links) least = std::min(least, network.bandwidth(link));
  return least;
}

// Each pair's latency, number of links and narrowest link.
inline void check_same_routes(const Network& a, const Network& b) {
  REQUIRE(a.ranks() == b.ranks());
  for (Rank source = 0; source < a.ranks(); ++source) {
    for (Rank target = 0; target < a.ranks(); ++target) {
      if (source == target) continue;
      CAPTURE(source);
      CAPTURE(target);
      const Route first = a.route(source, target);
      const Route second = b.route(source, target);
      CHECK(first.latency == second.latency);
      CHECK(first.links.size() == second.links.size());
      CHECK(narrowest(a, first) == narrowest(b, second));
    }
  }
}

}  // namespace palsim
