// All-reduce by recursive halving and doubling (Rabenseifner's algorithm; Thakur, Rabenseifner,
// Gropp 2005, section 4.5). Neighbours at distance 1, 2, 4, ... swap halves of what they still sum
// up, until each of P ranks holds one chunk of P complete; then everything goes back the same way.
// P is the largest power of two up to K. Before, the first K - P even ranks give all they have to
// the rank above; after, they get the result from there.
// Steps: 2 ceil(log2 K). Bytes on the wire: 2(K - 1) S in all: 2(P - 1)/P S from each of the P
// ranks, S more from those with a partner, and S from each of the partners.
#pragma once

#include "sim/collectives/plan.hpp"

namespace palsim {

// Throws InternalError unless there are ranks.
Plan halving_doubling_all_reduce(std::int64_t ranks);

}  // namespace palsim
