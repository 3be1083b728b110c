#include "real/comm/core_binding.hpp"

#include <algorithm>

namespace palsim {

CoreBinding::CoreBinding(int which) {
  CPU_ZERO(&before_);
  // Where the system does not say (more than 1024 cores, a sandbox), nothing is bound.
  if (sched_getaffinity(0, sizeof before_, &before_) != 0) CPU_ZERO(&before_);
  if (CPU_COUNT(&before_) == 0) return;
  int left = which % CPU_COUNT(&before_);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &before_) || left-- > 0) continue;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(core, &only);
    sched_setaffinity(0, sizeof only, &only);  // only a wish
    return;
  }
}

CoreBinding::~CoreBinding() {
  if (CPU_COUNT(&before_) > 0) sched_setaffinity(0, sizeof before_, &before_);
}

int usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof cores, &cores) != 0) return 1;
  return std::max(1, CPU_COUNT(&cores));
}

}  // namespace palsim
