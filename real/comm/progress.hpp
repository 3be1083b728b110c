// What threads wait for: a count that one of them advances. Waiting soon blocks, as workers often
// share their cores. A count can be abandoned: whoever waits for what it has not reached is woken.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "real/comm/group.hpp"

namespace palsim {

// How often a thread looks again before it sleeps.
enum class Patience : int { none = 0, some = 200 };

class Progress {
 public:
  // Counts wrap round; nobody may be half of all counts ahead.
  using Count = std::uint32_t;

  // Whatever the caller did before is seen by those who waited for it. Wakes them.
  void advance(Count by = 1) {
    value_.fetch_add(2 * by);
    value_.notify_all();
  }

  void wait_until(Count count, Patience patience) const {
    std::uint32_t seen = value_.load(std::memory_order_acquire);
    for (int tries = static_cast<int>(patience); tries > 0 && !has_reached(seen, count); --tries) {
      // The one waited for may need this very core.
      if (tries % 16 == 0) {
        std::this_thread::yield();
      } else {
        pause();
      }
      seen = value_.load(std::memory_order_acquire);
    }
    while (!has_reached(seen, count)) {
      if ((seen & abandoned) != 0) throw Aborted{};
      value_.wait(seen, std::memory_order_acquire);
      seen = value_.load(std::memory_order_acquire);
    }
  }

  void abandon() noexcept {
    value_.fetch_or(abandoned);
    value_.notify_all();
  }
  Count count() const { return value_.load(std::memory_order_acquire) / 2; }
  bool is_abandoned() const { return (value_.load() & abandoned) != 0; }

 private:
  static constexpr std::uint32_t abandoned = 1;

  // The lowest bit is no part of the count: advancing leaves it as it is.
  static bool has_reached(std::uint32_t value, Count count) {
    return static_cast<std::int32_t>((value & ~abandoned) - 2 * count) >= 0;
  }

  static void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  // A futex takes 32 bits.
  std::atomic<std::uint32_t> value_ = 0;
};

}  // namespace palsim
