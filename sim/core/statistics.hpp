// Small statistics of measured values.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
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

struct Percentiles {
  double p5 = 0;
  double p50 = 0;
  double p95 = 0;
};

// Interpolated linearly between the sorted values. Of values that are never reached (infinite) a
// percentile beyond the last finite one is infinite, too; of any that is not known, all are NaN.
inline Percentiles percentiles_of(std::vector<double> values) {
  require(!values.empty(), "percentiles of nothing");
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    return {unknown, unknown, unknown};
  }
  std::sort(values.begin(), values.end());
  const auto percentile = [&](double share) {
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const double rest = at - std::floor(at);
    if (rest == 0) return values[below];
    if (std::isinf(values[below + 1])) return values[below + 1];
    return values[below] + rest * (values[below + 1] - values[below]);
  };
  return {percentile(0.05), percentile(0.5), percentile(0.95)};
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
