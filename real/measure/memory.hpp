// Memory that this machine could still give.
#pragma once

#include "sim/core/quantity.hpp"

namespace palsim {

// Free or reclaimable (Linux: MemAvailable), swap left out.
Bytes available_memory();

}  // namespace palsim
