// Workers with a GPU each, in one process or in several: NCCL exchanges their vectors, in the order
// that it chooses for a size, which is the same in each run.
#pragma once

#include <memory>
#include <string>

#include "real/comm/group.hpp"

namespace palsim::cuda {

// Vectors are in the memory of this worker's GPU. The workers meet through `host`, which outlives
// the group. Throws InputError where NCCL is missing.
std::unique_ptr<Group> nccl_group(Group& host, int gpu);

// "NCCL 2.28.9", or that there is none.
std::string nccl_version();

}  // namespace palsim::cuda
