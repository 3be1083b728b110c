// The CUDA module, opened at run time.
#pragma once

#include "real/cuda/cuda_module.hpp"

namespace palsim {

// Looked for beside the running program, then where it was built. Throws InputError if this palsim
// was built without it, or a library that it needs is missing.
const CudaModule& open_cuda_module();

}  // namespace palsim
