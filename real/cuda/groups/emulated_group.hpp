// Workers that are threads of this process and share a GPU: rank 0 computes for all of them, with a
// kernel that sees all their vectors.
#pragma once

#include <memory>

#include "real/comm/group.hpp"
#include "real/comm/sum_order.hpp"

namespace palsim::cuda {

// Vectors are in the GPU's memory; what was asked of the device before has to be done when a
// collective begins, and the collective is done when it returns. Sums run in that order; the
// workers meet through `host`, which outlives the group. All workers must make theirs at the same
// time. Throws InputError for more workers than the kernel takes.
std::unique_ptr<Group> emulated_group(Group& host, int gpu, const SumOrder& order);

}  // namespace palsim::cuda
