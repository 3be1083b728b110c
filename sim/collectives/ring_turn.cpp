#include "sim/collectives/ring_turn.hpp"

#include "sim/core/error.hpp"

namespace palsim {

Stage turn(const std::vector<Ring>& rings, std::int64_t block_chunks, Combine combine) {
  const std::size_t members = rings.front().members.size();
  require(members >= 2, "a ring of {} ranks", members);
  const auto blocks = static_cast<std::int64_t>(members);
  Stage stage{.sends = {},
              .repeat = blocks - 1,
              .chunk_shift = -block_chunks,
              .cycle = blocks * block_chunks};
  stage.sends.reserve(rings.size() * members);
  // A block ends one place before the one that sent it first: block i is copied from place i on,
  // but added from the place after it.
  const std::size_t offset = combine == Combine::copy ? 0 : members - 1;
  for (const Ring& ring : rings) {
    require(ring.members.size() == members, "rings of {} and {} ranks", members,
            ring.members.size());
    for (std::size_t at = 0; at < members; ++at) {
      const auto block = static_cast<std::int64_t>((at + offset) % members);
      stage.sends.push_back({.source = ring.members[at],
                             .target = ring.members[(at + 1) % members],
                             .first_chunk = ring.first_chunk + block * block_chunks,
                             .chunks = block_chunks,
                             .combine = combine});
    }
  }
  return stage;
}

Plan along_rings(const std::vector<Order>& orders, const std::vector<Combine>& turns) {
  check_orders(orders);
  const auto ranks = static_cast<std::int64_t>(orders.front().size());
  const auto rings = static_cast<std::int64_t>(orders.size());
  Plan plan{.ranks = ranks, .chunks = ranks * rings};
  if (ranks == 1) return plan;
  for (const Order& order : orders) {
    const auto ring = static_cast<std::int64_t>(plan.channels.size());
    Channel channel{.chunks = {}};
    channel.chunks.reserve(order.size());
    for (const Rank rank : order) channel.chunks.push_back(rank * rings + ring);
    for (const Combine combine : turns) channel.stages.push_back(turn({{order}}, 1, combine));
    plan.channels.push_back(std::move(channel));
  }
  return plan;
}

}  // namespace palsim
