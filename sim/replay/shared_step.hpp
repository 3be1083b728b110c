// One synchronous step of workers that share their nodes' devices: forward and backward with the
// buckets' all-reduces under it, as in SynchronousStepClock, in the time that sharing stretches.
// Where collectives run on the device, a bucket's all-reduce over K workers is K more threads on
// it. While n workers compute beside them, each thread runs at throughput(n + K) / (n + K): compute
// against its nominal time, the all-reduce against the throughput(K) / K at which it was priced.
#pragma once

#include <span>
#include <vector>

#include "sim/replay/prices.hpp"
#include "sim/replay/synchronous_step.hpp"
#include "sim/replay/work_clock.hpp"

namespace palsim {

// What one worker has to do, in nominal time, before its forward begins, and the factor on its
// compute.
struct SharedStart {
  Duration before;
  double factor = 1;
};

// A value that is reused from step to step, so that no step allocates.
class SharedStepClock {
 public:
  // Both must outlive the clock.
  SharedStepClock(const SynchronousStepPrice& price, const DeviceSharing& sharing);

  // All begin at `origin`; `starts` holds one for each worker, by rank. Of the result, the
  // broadcast's instants are the caller's.
  SynchronousStepTimes run(Time origin, std::span<const SharedStart> starts);

  // Of the step last run: the time since the origin of the work that a node's workers did, and when
  // each bucket travelled.
  const WorkClock& clock_of(Rank rank) const;
  std::span<const BucketTimes> bucket_times() const { return bucket_times_; }

 private:
  struct NodeWork {
    std::vector<double> totals_ns;  // of its workers, all that each does, ascending
    std::vector<double> ready_ns;   // by bucket: the work after which each of them has it ready
    WorkClock clock;
  };

  void lay_out(std::span<const SharedStart> starts);
  void carry_beside_compute();
  void carry_on_the_device();

  const SynchronousStepPrice* price_;
  const DeviceSharing* sharing_;
  Time origin_;
  std::vector<NodeWork> nodes_;
  std::vector<BucketTimes> bucket_times_;
};

}  // namespace palsim
