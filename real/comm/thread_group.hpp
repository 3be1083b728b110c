// Workers that are threads of this process. A rank receives a message by reading the sender's own
// buffer, when the sender has what it is to send (see Schedule): nothing is staged.
#pragma once

#include <memory>
#include <vector>

#include "real/comm/group.hpp"
#include "sim/collectives/plan.hpp"

namespace palsim {

// One for each worker, by rank; they may outlive each other. `all_reduce` is a plan for that many
// ranks that leaves every sum at every one; without it, default_all_reduce(workers).
std::vector<std::unique_ptr<Group>> thread_groups(Rank workers);
std::vector<std::unique_ptr<Group>> thread_groups(const Plan& all_reduce);

}  // namespace palsim
