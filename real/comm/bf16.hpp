// bfloat16, the upper half of a float: as many exponent bits, 8 of the fraction (the first one
// implied). Rounding is to the nearest, ties to even; a NaN stays one. Plain C++17, so that nvcc
// compiles it too.
#pragma once

#include <cstdint>
#include <cstring>

#include "real/device/host_device.hpp"

namespace palsim {

struct Bf16 {
  std::uint16_t bits = 0;
};

PALSIM_HOST_DEVICE inline Bf16 to_bf16(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  // Rounding could carry a NaN's fraction into infinity or beyond: it is cut and made quiet.
  constexpr std::uint32_t infinity = 0x7f800000;
  const std::uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);
  const bool is_nan = (bits & 0x7fffffff) > infinity;
  return {static_cast<std::uint16_t>((is_nan ? bits | 0x400000 : rounded) >> 16)};
}

PALSIM_HOST_DEVICE inline float to_float(Bf16 value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value.bits) << 16;
  float number = 0;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

// To the nearest bf16.
PALSIM_HOST_DEVICE inline float rounded_to_bf16(float value) { return to_float(to_bf16(value)); }

}  // namespace palsim
