// All-reduce along two binary trees, each for half of the buffer (Sanders, Speck, Traeff 2009;
// NCCL's trees, which hang all of this below rank 0, are the same for powers of two). The first
// tree is numbered in order, so that its leaves are every second rank. The second is its mirror
// image or, for an odd K, itself one rank further, so that its leaves are the others: no rank is an
// inner node of both. Piece after piece goes up to the root, which holds its sum and sends it down
// again while others still come up.
// Steps: 2 floor(log2 K) - 1 + pieces, with at most four messages from and to any rank. Bytes on
// the wire: 2(K - 1) S in all, between S and 2 S from each of K > 1 ranks.
// Unlike in the paper, a rank's messages of one step share its links instead of taking turns.
#pragma once

#include "sim/collectives/plan.hpp"

namespace palsim {

// Throws InternalError unless ranks and pieces are positive.
Plan tree_all_reduce(std::int64_t ranks, std::int64_t pieces = 1);

}  // namespace palsim
