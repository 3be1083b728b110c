// Workers that are more than the cores compute in turns, first come, first served: a core does one
// worker's step to its end and then the next one's. Left to the operating system's time slices,
// rounds would end with some workers still at work on some cores while others idle, and replicas
// would push each other out of the caches in mid-step.
#pragma once

#include <deque>
#include <mutex>
#include <semaphore>

#include "sim/core/rank.hpp"

namespace palsim {

class Turns {
 public:
  // So many at once.
  explicit Turns(Rank at_once) : free_(at_once) {}

 private:
  friend class Turn;
  using Wake = std::binary_semaphore;

  void take() {
    Wake wake(0);
    {
      const std::lock_guard lock(mutex_);
      if (free_ > 0) {
        --free_;
        return;
      }
      waiting_.push_back(&wake);
    }
    wake.acquire();
    const std::lock_guard until_passed_on(mutex_);  // the semaphore outlives its release
  }
  // To the one that has waited longest.
  void pass_on() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    Wake& next = *waiting_.front();
    waiting_.pop_front();
    next.release();
  }

  std::mutex mutex_;
  Rank free_;
  std::deque<Wake*> waiting_;
};

// A turn, from its construction to its destruction. Without Turns every worker has a core.
class Turn {
 public:
  explicit Turn(Turns* turns) : turns_(turns) {
    if (turns_ != nullptr) turns_->take();
  }
  ~Turn() {
    if (turns_ != nullptr) turns_->pass_on();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Turns* turns_;
};

}  // namespace palsim
