// DDP's communication thread of one worker: it reduces one bucket of gradients after the other
// while the worker goes on with its backward pass.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "real/comm/group.hpp"
#include "real/device/device.hpp"

namespace palsim {

// When this worker was at a bucket's all-reduce, waiting for the other workers or not.
struct ExchangeTimes {
  std::chrono::steady_clock::time_point begin;
  std::chrono::steady_clock::time_point end;
  std::size_t elements = 0;
};

class BucketExchange {
 public:
  // Duplicates the group: all workers must make theirs at the same time.
  BucketExchange(Group& group, WireType wire);
  BucketExchange(const BucketExchange&) = delete;
  BucketExchange& operator=(const BucketExchange&) = delete;
  // With buckets on their way the worker is giving up: aborts the group.
  ~BucketExchange();

  // These gradients are there once `ready` is reached; they stay where they are, untouched, until
  // wait(). All workers hand over the same buckets in the same order.
  void hand_over(std::span<float> bucket, std::unique_ptr<Milestone> ready);
  // Until every bucket handed over is the mean over the workers. Throws what the exchange threw;
  // then no later bucket was exchanged.
  void wait();
  // Of the buckets since the last call, in their order; after wait().
  std::vector<ExchangeTimes> take_times() { return std::exchange(times_, {}); }

 private:
  void run();

  std::unique_ptr<Group> group_;
  WireType wire_;
  std::mutex mutex_;
  std::condition_variable changed_;
  struct Bucket {
    std::span<float> values;
    std::unique_ptr<Milestone> ready;
  };
  std::deque<Bucket> waiting_;  // the first is being exchanged
  std::vector<ExchangeTimes> times_;
  std::exception_ptr fault_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace palsim
