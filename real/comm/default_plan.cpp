#include "real/comm/default_plan.hpp"

#include <bit>

#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/ring_all_reduce.hpp"

namespace palsim {

Plan default_all_reduce(Rank workers) {
  return std::has_single_bit(static_cast<std::uint64_t>(workers))
             ? halving_doubling_all_reduce(workers)
             : ring_all_reduce(workers);
}

}  // namespace palsim
