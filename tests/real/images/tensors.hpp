// Random tensors, comparison to a stated tolerance, and gradients by central differences.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "tests/support/draws.hpp"

namespace palsim {

// Between lowest and highest, both included.
inline std::int64_t number_between(Draws& draws, std::int64_t lowest, std::int64_t highest) {
  return lowest + draws() % static_cast<std::uint32_t>(highest - lowest + 1);
}

// Uniform between -1 and 1.
template <class T>
std::vector<T> random_tensor(Draws& draws, std::int64_t count) {
  std::vector<T> tensor(static_cast<std::size_t>(count));
  for (T& number : tensor) number = static_cast<T>(draws() / 2147483648.0 - 1);
  return tensor;
}

// What a kernel must overwrite.
template <class T>
std::vector<T> poisoned_tensor(std::int64_t count) {
  return std::vector<T>(static_cast<std::size_t>(count), std::numeric_limits<T>::quiet_NaN());
}

// Sums of up to some thousand numbers of size 1 lose this much to rounding, at most.
template <class T>
constexpr double rounding = std::is_same_v<T, float> ? 1e-4 : 1e-12;

// The largest difference, relative to the expected number or to 1; infinite if any is not a number.
template <class T, class Expected>
double largest_error(const std::vector<T>& found, const std::vector<Expected>& expected) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto right = static_cast<double>(expected[i]);
    const double error = std::abs(static_cast<double>(found[i]) - right) / (1 + std::abs(right));
    if (!std::isfinite(error)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, error);
  }
  return largest;
}

// The gradient of loss() by each of `numbers`, which loss() reads.
template <class Loss>
std::vector<double> central_differences(std::vector<double>& numbers, Loss loss) {
  constexpr double step = 1e-5;
  std::vector<double> gradient;
  for (double& number : numbers) {
    const double here = number;
    number = here + step;
    const double above = loss();
    number = here - step;
    const double below = loss();
    number = here;
    gradient.push_back((above - below) / (2 * step));
  }
  return gradient;
}
constexpr double difference_error = 1e-7;  // rounding over step, and the step squared

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace palsim
