#include "real/comm/combination.hpp"

#include "real/comm/sum_arithmetic.hpp"

namespace palsim {
namespace {

template <WireType wire, class Number>
void receive_as(const Combination& combination, std::int64_t count, const Number* __restrict source,
                float* __restrict target) {
  if (combination.combine == Combine::copy) {
    for (std::int64_t i = 0; i < count; ++i) target[i] = as_sent<wire>(source[i]);
  } else if (combination.sum == Sum::partial) {
    for (std::int64_t i = 0; i < count; ++i) target[i] = sum_of<wire>(target[i], source[i]);
  } else {
    const float factor = combination.factor;
    for (std::int64_t i = 0; i < count; ++i) {
      target[i] = mean_of<wire>(sum_of<wire>(target[i], source[i]), factor);
    }
  }
}

}  // namespace

void receive(const Combination& combination, std::int64_t count, const float* source,
             float* target) {
  if (combination.wire == WireType::bf16) {
    receive_as<WireType::bf16>(combination, count, source, target);
  } else {
    receive_as<WireType::fp32>(combination, count, source, target);
  }
}

void receive(const Combination& combination, std::int64_t count, const Bf16* source,
             float* target) {
  receive_as<WireType::bf16>(combination, count, source, target);
}

void round_to_bf16(std::int64_t count, const float* from, Bf16* to) {
  for (std::int64_t i = 0; i < count; ++i) to[i] = to_bf16(from[i]);
}

}  // namespace palsim
