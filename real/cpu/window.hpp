// Which outputs of a sliding window see the input, and not the padding around it, through one place
// of the window; along one axis.
#pragma once

#include <algorithm>
#include <cstdint>

namespace palsim::cpu {

struct Axis {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
};

// Outputs [first, last), never last < first; output o sees input o * stride + shift.
struct Seen {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t shift = 0;
};

// `place`: 0 to kernel - 1.
inline Seen seen_through(const Axis& axis, std::int64_t place) {
  const std::int64_t shift = place - axis.padding;
  const std::int64_t first =
      std::min(axis.out, shift < 0 ? (axis.stride - 1 - shift) / axis.stride : 0);
  const std::int64_t last =
      shift < axis.in ? std::min(axis.out, (axis.in - 1 - shift) / axis.stride + 1) : 0;
  return {first, std::max(first, last), shift};
}

}  // namespace palsim::cpu
