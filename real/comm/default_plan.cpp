#include "real/comm/default_plan.hpp"

#include "sim/collectives/ring_all_reduce.hpp"

namespace palsim {

Plan default_all_reduce(Rank workers) { return ring_all_reduce(workers); }

}  // namespace palsim
