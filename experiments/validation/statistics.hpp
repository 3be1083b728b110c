// Small statistics of measured values.
#pragma once

#include <algorithm>
#include <vector>

#include "sim/core/error.hpp"

namespace palsim {

// Of an even number, the mean of the two in the middle.
inline double median(std::vector<double> values) {
  require(!values.empty(), "a median of nothing");
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace palsim
