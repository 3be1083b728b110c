// All-reduce along two binary trees, each for half of the buffer (Sanders, Speck, Traeff 2009). The
// first tree is numbered in order, so that its leaves are every second rank. The second is its
// mirror image or, for an odd K, itself one rank further, so that its leaves are the others: no
// rank is an inner node of both. Piece after piece goes up to the root, which holds its sum and
// sends it down again while others still come up.
// NCCL's trees have the same shape where K is a power of two. Else they hang this tree of K - 1
// ranks below one more, a level higher, and for an odd K rank 0 is an inner node of both.
// Steps: 2 floor(log2 K) - 1 + pieces, with at most four messages from and to any rank. Bytes on
// the wire: 2(K - 1) S in all, between S and 2 S from each of K > 1 ranks.
// Unlike in the paper, a rank's messages of one step share its links instead of taking turns.
// Over nodes of several ranks, as NCCL has it: the ranks of a node are a chain below its first, and
// the first ones are the trees'.
#pragma once

#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/collectives/ring_order.hpp"

namespace palsim {

// The ranks of each node, in the order of their chain.
using NodeChains = std::vector<Order>;

// Two trees for each of the channels, which share the buffer equally. Throws InternalError unless
// each channel has the ranks 0, ..., K - 1 and pieces are positive.
Plan tree_all_reduce(const std::vector<NodeChains>& channels, std::int64_t pieces);

// Each rank is a node. Throws InternalError unless ranks and pieces are positive.
Plan tree_all_reduce(std::int64_t ranks, std::int64_t pieces = 1);

}  // namespace palsim
