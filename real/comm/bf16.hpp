// bfloat16, the upper half of a float: as many exponent bits, 8 of the fraction (the first one
// implied). Rounding is to the nearest, ties to even; a NaN stays one.
#pragma once

#include <bit>
#include <cstdint>

namespace palsim {

struct Bf16 {
  std::uint16_t bits = 0;
};

inline Bf16 to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  // Rounding could carry a NaN's fraction into infinity or beyond: it is cut and made quiet.
  constexpr std::uint32_t infinity = 0x7f800000;
  const std::uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);
  const bool is_nan = (bits & 0x7fffffff) > infinity;
  return {static_cast<std::uint16_t>((is_nan ? bits | 0x400000 : rounded) >> 16)};
}

inline float to_float(Bf16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16);
}

// To the nearest bf16.
inline float rounded_to_bf16(float value) { return to_float(to_bf16(value)); }

}  // namespace palsim
