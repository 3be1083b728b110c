#include "real/comm/core_binding.hpp"

namespace palsim {

CoreBinding::CoreBinding(int which) {
  CPU_ZERO(&before_);
  sched_getaffinity(0, sizeof before_, &before_);
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

CoreBinding::~CoreBinding() { sched_setaffinity(0, sizeof before_, &before_); }

int usable_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(0, sizeof cores, &cores);
  return CPU_COUNT(&cores);
}

}  // namespace palsim
