// Small statistics of measured values.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
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

inline double mean(const std::vector<double>& values) {
  require(!values.empty(), "the mean of nothing");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Standard deviation (of all values, not of a sample) over mean.
inline double variation(const std::vector<double>& values) {
  const double center = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - center) * (value - center);
  return std::sqrt(squares / static_cast<double>(values.size())) / center;
}

struct AbsoluteErrors {
  double mean = 0;
  double worst = 0;
};

// Of errors of either sign.
inline AbsoluteErrors absolute_errors(const std::vector<double>& errors) {
  require(!errors.empty(), "the mean error of nothing");
  AbsoluteErrors absolute;
  for (const double error : errors) {
    absolute.mean += std::abs(error) / static_cast<double>(errors.size());
    absolute.worst = std::max(absolute.worst, std::abs(error));
  }
  return absolute;
}

}  // namespace palsim
