// Where threads wait for each other: a barrier that carries signals.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "real/comm/progress.hpp"

namespace palsim {

class Barrier {
 public:
  explicit Barrier(std::uint32_t workers) : workers_(workers) {}

  // Until all workers have come; returns the union of what they said. Throws Aborted if they never
  // will.
  Signals meet(Signals said, Patience patience) {
    // Nobody can end a meeting while a worker has yet to come: the number stands still until then.
    const Progress::Count number = ended_.count();
    std::atomic<Signals>& all_said = said_[number % 2];
    all_said.fetch_or(said);
    if (arrived_.fetch_add(1) + 1 == workers_) {
      arrived_.store(0);
      // All have come here, so they have all heard what was said the last time.
      said_[(number + 1) % 2].store(0);
      ended_.advance();
    } else {
      ended_.wait_until(number + 1, patience);
    }
    return all_said.load();
  }

  void abandon() noexcept { ended_.abandon(); }

 private:
  std::uint32_t workers_;
  std::atomic<std::uint32_t> arrived_ = 0;
  std::array<std::atomic<Signals>, 2> said_ = {};
  Progress ended_;
};

}  // namespace palsim
