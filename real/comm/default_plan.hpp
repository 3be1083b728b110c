// Which plan an all-reduce executes where nobody chose one: recursive halving and doubling where
// the workers are a power of two, else a ring. Both send what they must and no more; the first has
// 2 log2 K steps instead of 2 (K - 1), and twice the speed at small sizes where threads share cores
// (8 workers on 2 cores, 1 KiB: 30 us instead of 65).
#pragma once

#include "sim/collectives/plan.hpp"

namespace palsim {

Plan default_all_reduce(Rank workers);

}  // namespace palsim
