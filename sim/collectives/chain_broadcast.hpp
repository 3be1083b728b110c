// Broadcast along chains, as NCCL's ring broadcast: the first rank sends piece after piece to the
// second, which passes each on while it receives the next.
// Steps: K - 2 + pieces. Bytes on the wire: (K - 1) S.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// One chain per order, each over an equal share of the buffer cut into `pieces`, all at the same
// time. Every order must be a permutation of the ranks 0, ..., K - 1 with the same first.
Plan chain_broadcast(const std::vector<Order>& orders, std::int64_t pieces);

// One chain in rank order from the root on, with rank 0 after the last.
Plan chain_broadcast(std::int64_t ranks, std::int64_t pieces, Rank root = 0);

// How many pieces each of `chains` cuts its share into: pieces of at most 512 KiB, the slot of
// NCCL's Simple protocol (4 MiB of buffer in 8 slots), so a small buffer goes whole.
std::int64_t broadcast_pieces(Bytes buffer, std::int64_t chains);

}  // namespace palsim
