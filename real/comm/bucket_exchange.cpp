#include "real/comm/bucket_exchange.hpp"

namespace palsim {

BucketExchange::BucketExchange(Group& group, WireType wire)
    : group_(group.duplicate()), wire_(wire), thread_([this] { run(); }) {}

BucketExchange::~BucketExchange() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    if (!waiting_.empty()) group_->abort();
  }
  changed_.notify_all();
  thread_.join();
}

void BucketExchange::hand_over(std::span<float> bucket, std::unique_ptr<Milestone> ready) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({bucket, std::move(ready)});
  }
  changed_.notify_all();
}

void BucketExchange::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.empty() || fault_; });
  if (fault_) {
    waiting_.clear();
    std::rethrow_exception(fault_);
  }
}

void BucketExchange::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_over_ || !waiting_.empty(); });
    if (is_over_) return;
    const Bucket& bucket = waiting_.front();  // stays where it is whatever comes after it
    lock.unlock();
    std::exception_ptr fault;
    ExchangeTimes times{.elements = bucket.values.size()};
    try {
      bucket.ready->wait();
      times.begin = std::chrono::steady_clock::now();
      group_->all_reduce_mean(bucket.values, wire_);
      times.end = std::chrono::steady_clock::now();
    } catch (...) {
      fault = std::current_exception();
    }
    lock.lock();
    if (fault) {
      fault_ = fault;
      changed_.notify_all();
      return;
    }
    waiting_.pop_front();
    times_.push_back(times);
    if (waiting_.empty()) changed_.notify_all();
  }
}

}  // namespace palsim
