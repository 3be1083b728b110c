// Workers as threads of this process: an OpenMP thread and a group for each.
#pragma once

#include <functional>

#include "real/comm/group.hpp"

namespace palsim {

enum class Binding {
  none,
  even  // where the workers spread evenly over the cores, worker k is bound to core k mod C
};

// Calls `work` on `workers` threads at once, each with its own group. Throws what the thread of
// the lowest rank threw; the others are let go. Throws InputError if OpenMP gives fewer threads.
void run_on_threads(Rank workers, const std::function<void(Group&)>& work,
                    Binding binding = Binding::even);

}  // namespace palsim
