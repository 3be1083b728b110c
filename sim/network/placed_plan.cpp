#include "sim/network/placed_plan.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {

void check(const Network& network, const PlacedPlan& placed) {
  check(placed.plan);
  const auto ranks = static_cast<std::size_t>(placed.plan.ranks);
  require<InputError>(placed.bytes >= Bytes(0), "a collective of {} bytes", placed.bytes.count());
  require<InputError>(placed.plan.ranks <= network.ranks(), "{} ranks on a network of {} workers",
                      ranks, network.ranks());
  if (!placed.ranks.empty()) {
    require<InputError>(placed.ranks.size() == ranks, "a group of {} for a plan of {} ranks",
                        placed.ranks.size(), ranks);
    std::vector<Rank> sorted = placed.ranks;
    std::sort(sorted.begin(), sorted.end());
    require<InputError>(sorted.front() >= 0 && sorted.back() < network.ranks(),
                        "a group from rank {} to rank {} on a network of {} workers",
                        sorted.front(), sorted.back(), network.ranks());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) throw InputError(fmt::format("rank {} twice in a group", *twice));
  }
  if (!placed.starts.empty()) {
    require<InputError>(placed.starts.size() == ranks, "{} starts for a plan of {} ranks",
                        placed.starts.size(), ranks);
    const Duration first = *std::min_element(placed.starts.begin(), placed.starts.end());
    require<InputError>(first >= Duration(), "a rank that starts {} ns before time zero",
                        -first.count_ns());
  }
}

Rank network_rank(const PlacedPlan& placed, Rank rank) {
  return placed.ranks.empty() ? rank : placed.ranks[static_cast<std::size_t>(rank)];
}

Duration start_of(const PlacedPlan& placed, Rank rank) {
  return placed.starts.empty() ? Duration() : placed.starts[static_cast<std::size_t>(rank)];
}

}  // namespace palsim
