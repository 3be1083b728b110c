// Generated samples are numbered without end; a data set is a stretch of them.
#pragma once

#include <cstdint>

#include "sim/core/random.hpp"

namespace palsim {

struct GeneratedRange {
  Seed seed = 0;
  std::int64_t first = 0;
  std::int64_t samples = 0;
};

}  // namespace palsim
