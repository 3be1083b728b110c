#include "real/comm/combination.hpp"

#include <cstring>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

float as_sent(float value) { return rounded_to_bf16(value); }
float as_sent(Bf16 value) { return to_float(value); }

template <class Number>
void receive_bf16(const Combination& combination, std::int64_t count,
                  const Number* __restrict source, float* __restrict target) {
  if (combination.combine == Combine::copy) {
    for (std::int64_t i = 0; i < count; ++i) target[i] = as_sent(source[i]);
  } else if (combination.sum == Sum::partial) {
    for (std::int64_t i = 0; i < count; ++i) target[i] += as_sent(source[i]);
  } else {
    const float factor = combination.factor;
    for (std::int64_t i = 0; i < count; ++i) {
      target[i] = rounded_to_bf16((target[i] + as_sent(source[i])) * factor);
    }
  }
}

void receive_fp32(const Combination& combination, std::int64_t count,
                  const float* __restrict source, float* __restrict target) {
  if (combination.combine == Combine::copy) {
    std::memcpy(target, source, static_cast<std::size_t>(count) * sizeof(float));
  } else if (combination.sum == Sum::partial) {
    for (std::int64_t i = 0; i < count; ++i) target[i] += source[i];
  } else {
    const float factor = combination.factor;
    for (std::int64_t i = 0; i < count; ++i) target[i] = (target[i] + source[i]) * factor;
  }
}

}  // namespace

void require_real(WireType wire) {
  require<InputError>(wire == WireType::fp32 || wire == WireType::bf16,
                      "a real all-reduce sends fp32 or bf16, not int8 or int4");
}

void receive(const Combination& combination, std::int64_t count, const float* source,
             float* target) {
  if (count == 0) return;
  if (combination.wire == WireType::bf16) {
    receive_bf16(combination, count, source, target);
  } else {
    receive_fp32(combination, count, source, target);
  }
}

void receive(const Combination& combination, std::int64_t count, const Bf16* source,
             float* target) {
  receive_bf16(combination, count, source, target);
}

void round_to_bf16(std::int64_t count, const float* from, Bf16* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = to_bf16(from[i]);
}

}  // namespace palsim
