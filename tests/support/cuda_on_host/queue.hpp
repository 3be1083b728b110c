// What was asked of a stream and is not done yet: nobody works on it until somebody waits. So what
// a stream does comes as late as CUDA allows, and a result that is used without waiting is missing.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>

namespace cuda_on_host {

class Queue {
 public:
  void add(std::function<void()> work);
  // Behind all that was asked for so far.
  std::uint64_t end() const;
  bool is_done(std::uint64_t place) const;

  // Runs what lies before `place`, in order, on the calling thread; where another thread is at it,
  // they share the work. What is thrown is kept for the next who waits.
  void run_until(std::uint64_t place) noexcept;
  // As above, and throws what was thrown.
  void wait(std::uint64_t place);

 private:
  void run_next(std::unique_lock<std::mutex>& lock) noexcept;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> works_;
  std::uint64_t done_ = 0;
  bool is_busy_ = false;
  std::exception_ptr failure_;
};

// All that was asked of the present GPU.
void run_device() noexcept;
void wait_for_device();

}  // namespace cuda_on_host
