// Every call of cuDNN is checked.
#pragma once

#include <cudnn.h>

#include "real/cuda/check.hpp"

namespace palsim::cuda {

// Throws InternalError "doing: cuDNN: what it says"; InputError where it cannot be loaded.
[[noreturn]] void fail(cudnnStatus_t status, const char* doing);

inline void check(cudnnStatus_t status, const char* doing) {
  if (status != CUDNN_STATUS_SUCCESS) fail(status, doing);
}

}  // namespace palsim::cuda
