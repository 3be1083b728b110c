// What an all-reduce does to one number, for any transport and for kernels that see all workers'
// numbers. Plain C++17, so that nvcc compiles it too.
#pragma once

#include "real/comm/bf16.hpp"
#include "real/device/host_device.hpp"
#include "sim/methods/wire_type.hpp"

namespace palsim {

// A number is rounded when it is sent.
template <WireType wire>
PALSIM_HOST_DEVICE inline float as_sent(float value) {
  if constexpr (wire == WireType::bf16) {
    return rounded_to_bf16(value);
  } else {
    return value;
  }
}
// It came in bf16.
template <WireType wire>
PALSIM_HOST_DEVICE inline float as_sent(Bf16 value) {
  return to_float(value);
}

// At the target of a message. Its own number is not rounded: it did not travel.
template <WireType wire, class Number>
PALSIM_HOST_DEVICE inline float sum_of(float target, Number source) {
  return target + as_sent<wire>(source);
}

// Of a complete sum, the mean where factor is 1 / workers: rounded, that the rank that holds it
// ends with what the others get from there.
template <WireType wire>
PALSIM_HOST_DEVICE inline float mean_of(float sum, float factor) {
  return as_sent<wire>(sum * factor);
}

}  // namespace palsim
