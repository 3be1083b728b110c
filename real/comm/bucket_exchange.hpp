// DDP's communication thread of one worker: it reduces one bucket of gradients after the other
// while the worker goes on with its backward pass.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

#include "real/comm/group.hpp"
#include "real/device/device.hpp"

namespace palsim {

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
  std::exception_ptr fault_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace palsim
