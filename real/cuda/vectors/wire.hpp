// A bucket's way to the wire and back in bf16, at the rate of a copy. Vectors may have any
// alignment and do not overlap. Each reads plus writes 6 bytes for each number.
#pragma once

#include <cstdint>

#include "real/comm/bf16.hpp"
#include "real/cuda/context.hpp"

namespace palsim::cuda {

// Each number times the factor, to the nearest bf16; 1 leaves it as it is.
void pack(const Context& context, std::int64_t count, const float* from, Bf16* to,
          float factor = 1);
void unpack(const Context& context, std::int64_t count, const Bf16* from, float* to,
            float factor = 1);

}  // namespace palsim::cuda
