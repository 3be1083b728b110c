// Which plan an all-reduce executes where nobody chose one.
#pragma once

#include "sim/collectives/plan.hpp"

namespace palsim {

Plan default_all_reduce(Rank workers);

}  // namespace palsim
