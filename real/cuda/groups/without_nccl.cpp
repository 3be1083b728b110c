// In place of nccl_group.cpp where NCCL's header was not found.
#include "real/cuda/groups/nccl_group.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {

std::unique_ptr<Group> nccl_group(Group& /*host*/, int /*gpu*/) {
  throw InputError(
      "workers on several GPUs exchange by NCCL, but this palsim was built without it; install "
      "libnccl-dev and build again, or write --emulate to share one GPU");
}

std::string nccl_version() { return "no NCCL"; }

}  // namespace palsim::cuda
