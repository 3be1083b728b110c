// What the host has to say about an attention's shape before a kernel runs.
#include "real/cuda/layers/attention.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"

namespace palsim::cuda {

std::int64_t attention_saved(const AttentionShape& shape) {
  constexpr std::int64_t widest = 128;
  require<InputError>(
      shape.width <= widest * shape.heads,
      "attention heads of {} numbers, but at most {} fit on a GPU; write more heads",
      shape.heads > 0 ? shape.width / shape.heads : shape.width, widest);
  return (Bytes(shape.samples * shape.heads) * shape.tokens).count();
}

}  // namespace palsim::cuda
