#include "queue.hpp"

#include <utility>

namespace cuda_on_host {

void Queue::add(std::function<void()> work) {
  const std::scoped_lock lock(mutex_);
  works_.push_back(std::move(work));
}

std::uint64_t Queue::end() const {
  const std::scoped_lock lock(mutex_);
  return done_ + works_.size() + (is_busy_ ? 1 : 0);
}

bool Queue::is_done(std::uint64_t place) const {
  const std::scoped_lock lock(mutex_);
  return done_ >= place;
}

// Nobody keeps the queue for longer than one piece of work: that may wait for another queue, whose
// work may wait for what is already done here.
void Queue::run_until(std::uint64_t place) noexcept {
  std::unique_lock lock(mutex_);
  while (done_ < place) {
    if (is_busy_) {
      changed_.wait(lock);
    } else {
      run_next(lock);
    }
  }
}

void Queue::wait(std::uint64_t place) {
  run_until(place);
  const std::scoped_lock lock(mutex_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Queue::run_next(std::unique_lock<std::mutex>& lock) noexcept {
  std::function<void()> work = std::move(works_.front());
  works_.pop_front();
  is_busy_ = true;
  lock.unlock();
  std::exception_ptr failure;
  try {
    work();
  } catch (...) {
    failure = std::current_exception();
  }
  work = nullptr;
  lock.lock();
  if (!failure_) failure_ = failure;
  is_busy_ = false;
  ++done_;
  changed_.notify_all();
}

}  // namespace cuda_on_host
