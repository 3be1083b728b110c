// A fraction of what is possible, as keys of a topology file give it.
#pragma once

#include <string_view>

#include "sim/core/table_reader.hpp"

namespace palsim {

// In (0, 1]; 1 where the key is not there.
inline double read_fraction(TableReader& reader, std::string_view key) {
  const double fraction = reader.number(key, {.least = 0}, 1);
  if (fraction == 0 || fraction > 1) reader.fail(key, "write a fraction above 0, at most 1");
  return fraction;
}

}  // namespace palsim
