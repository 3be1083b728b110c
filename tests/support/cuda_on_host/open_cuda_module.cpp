// In place of real/backend/open_cuda_module.cpp: the command with the emulation linked in.
#include "real/backend/open_cuda_module.hpp"

namespace palsim {

const CudaModule& open_cuda_module() { return *palsim_cuda_module(); }

}  // namespace palsim
