// Every call of cuDNN is checked.
#pragma once

#include <cudnn.h>

#include <cstdint>

#include "real/cuda/check.hpp"

namespace palsim::cuda {

// Throws InternalError "doing: cuDNN: what it says"; InputError where it cannot be loaded.
[[noreturn]] void fail(cudnnStatus_t status, const char* doing);

inline void check(cudnnStatus_t status, const char* doing) {
  if (status != CUDNN_STATUS_SUCCESS) fail(status, doing);
}

// Whether vectors of four floats may be read from there, which cuDNN's kernels are free to do.
template <class... Pointers>
bool is_aligned_for_cudnn(const Pointers*... pointers) {
  constexpr std::uintptr_t bytes = 16;
  return ((reinterpret_cast<std::uintptr_t>(pointers) % bytes == 0) && ...);
}

}  // namespace palsim::cuda
