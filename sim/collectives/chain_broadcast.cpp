#include "sim/collectives/chain_broadcast.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {

Plan chain_broadcast(const std::vector<Order>& orders, std::int64_t pieces) {
  check_orders(orders);
  require(pieces >= 1, "a broadcast in {} pieces", pieces);
  const auto ranks = static_cast<std::int64_t>(orders.front().size());
  Plan plan{.ranks = ranks, .chunks = pieces * static_cast<std::int64_t>(orders.size())};
  if (ranks == 1) return plan;
  for (const Order& order : orders) {
    require(order.front() == orders.front().front(), "broadcasts from ranks {} and {}",
            orders.front().front(), order.front());
    const auto before = static_cast<std::int64_t>(plan.channels.size());
    Stage stage{.sends = {}, .repeat = pieces, .chunk_shift = 1};
    for (std::size_t at = 0; at + 1 < order.size(); ++at) {
      stage.sends.push_back(
          {.source = order[at], .target = order[at + 1], .lag = static_cast<std::int64_t>(at)});
    }
    plan.channels.push_back(
        {.chunks = chunk_range(before * pieces, pieces), .stages = {std::move(stage)}});
  }
  return plan;
}

Plan chain_broadcast(std::int64_t ranks, std::int64_t pieces, Rank root) {
  return chain_broadcast(std::vector<Order>{rank_order(ranks, root)}, pieces);
}

std::int64_t broadcast_pieces(Bytes buffer, std::int64_t chains) {
  constexpr std::int64_t slot_bytes = 512 << 10;
  const std::int64_t slots = chains * slot_bytes;
  return std::max<std::int64_t>(1, (buffer.count() + slots - 1) / slots);
}

}  // namespace palsim
