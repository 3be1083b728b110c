#include "real/cuda/images/cudnn_check.hpp"

#include "sim/core/error.hpp"

namespace palsim::cuda {

void fail(cudnnStatus_t status, const char* doing) {
  const char* said = cudnnGetErrorString(status);
  // cuDNN opens most of itself when it is first used.
  const bool misses_a_part = status == CUDNN_STATUS_SUBLIBRARY_LOADING_FAILED ||
                             status == CUDNN_STATUS_SUBLIBRARY_VERSION_MISMATCH;
  require<InputError>(!misses_a_part, "{}: cuDNN: {}; install all of its libraries", doing, said);
  throw InternalError(fmt::format("{}: cuDNN: {}", doing, said));
}

}  // namespace palsim::cuda
