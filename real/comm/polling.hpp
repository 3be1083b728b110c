// Waiting for MPI: its own waiting keeps a core busy that another worker, or this worker's other
// thread, may need.
#pragma once

#include <chrono>
#include <thread>

namespace palsim {

// Until `is_done` says so: asks often at first, then every 20 us.
template <class IsDone>
void poll_until(IsDone is_done) {
  constexpr int eager_tries = 100;
  for (int tries = 0; !is_done(); ++tries) {
    if (tries < eager_tries) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }
}

}  // namespace palsim
