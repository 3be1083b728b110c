// What cudaGetLastError tells a thread.
#pragma once

#include "cuda_runtime_api.h"

namespace cuda_on_host {

// Returns `error`, and keeps it if it is one.
cudaError_t remember(cudaError_t error);

}  // namespace cuda_on_host
