// One rank sends the buffer to another.
// Steps: 1. Bytes on the wire: S.
#pragma once

#include "sim/collectives/plan.hpp"

namespace palsim {

// Throws InternalError unless these are two different ranks below `ranks`.
Plan point_to_point(std::int64_t ranks, Rank source, Rank target);

}  // namespace palsim
