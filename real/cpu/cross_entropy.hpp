// The loss on a CPU.
#pragma once

#include "real/device/layer_kernels.hpp"

namespace palsim::cpu {

template <class T>
LossSum cross_entropy(std::int64_t rows, std::int64_t classes, T* logits,
                      const std::int32_t* targets, double scale);

}  // namespace palsim::cpu
