// One turn of rings, of which every ring collective is made. The R members of a ring share a cycle
// of R blocks of chunks, and in R - 1 steps each sends R - 1 blocks to the next member: those that
// it received, one step later. Where they are added, place i of the ring ends with the whole of
// block i; where they are copied, it began with that block and all end with all blocks.
// Bytes on the wire: R - 1 times the cycle's.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

struct Ring {
  Order members = {};
  std::int64_t first_chunk = 0;  // of its cycle, as the channel counts
};

// All rings turn at the same time. They have the same number of members, at least two.
Stage turn(const std::vector<Ring>& rings, std::int64_t block_chunks, Combine combine);

// One ring per order, each over an equal share of the buffer, all at the same time; each goes round
// once for every one of `turns`. Every order must be a permutation of the ranks 0, ..., K - 1. With
// R rings rank r ends its turns of adding, and begins those of copying, with its own shard: chunks
// r R, ..., (r + 1) R - 1, one of each ring, so the r-th part of the buffer.
Plan along_rings(const std::vector<Order>& orders, const std::vector<Combine>& turns);

}  // namespace palsim
