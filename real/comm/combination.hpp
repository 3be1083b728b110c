// What becomes of a message at its target, number by number. The order of operations is that of the
// plan, so all transports end with the same bits.
#pragma once

#include <cstdint>

#include "real/comm/bf16.hpp"
#include "real/comm/schedule.hpp"
#include "sim/core/error.hpp"
#include "sim/methods/wire_type.hpp"

namespace palsim {

struct Combination {
  Combine combine = Combine::copy;
  // Bf16: the source is rounded to it, as it was sent in it. So is a complete sum, that the rank
  // that holds it ends with what the others get from there.
  WireType wire = WireType::fp32;
  Sum sum = Sum::partial;
  float factor = 1;  // of a complete sum
};

// Throws InputError for what no real collective sends.
inline void require_real(WireType wire) {
  require<InputError>(wire == WireType::fp32 || wire == WireType::bf16,
                      "a real all-reduce sends fp32 or bf16, not int8 or int4");
}

void receive(const Combination& combination, std::int64_t count, const float* source,
             float* target);
// The source came in bf16.
void receive(const Combination& combination, std::int64_t count, const Bf16* source, float* target);

void round_to_bf16(std::int64_t count, const float* from, Bf16* to);

}  // namespace palsim
