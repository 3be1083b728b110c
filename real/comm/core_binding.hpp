// A thread bound to a core for as long as this lives; threads that it starts are bound with it.
#pragma once

#include <sched.h>

namespace palsim {

class CoreBinding {
 public:
  // To the `which`-th of the cores that the thread may use, counted round.
  explicit CoreBinding(int which);
  ~CoreBinding();
  CoreBinding(const CoreBinding&) = delete;
  CoreBinding& operator=(const CoreBinding&) = delete;

 private:
  cpu_set_t before_;
};

// How many cores this thread may use, as far as the system says; at least 1.
int usable_cores();

}  // namespace palsim
