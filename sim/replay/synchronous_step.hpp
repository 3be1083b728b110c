// One synchronous step of all workers: the buffers' broadcast, then forward and backward with the
// buckets' all-reduces under it, one at a time and in order, each once every worker has it ready.
#pragma once

#include <Eigen/Core>
#include <span>
#include <vector>

#include "sim/replay/prices.hpp"

namespace palsim {

// The instants that all workers share. Without buffers there is no broadcast: `broadcast_begin` and
// `broadcast_end` are those of the first and each worker starts by itself.
struct SynchronousStepTimes {
  Time broadcast_begin;
  Time broadcast_end;
  Time backward_end;  // of the last worker
  Time end;           // of the last bucket
};

// When one bucket's all-reduce was under way.
struct BucketTimes {
  Time begin;
  Time end;
};

// When one worker is ready to begin, and the factor on its compute time.
struct SynchronousStart {
  Time ready;
  double factor = 1;
};

// A value that is reused from step to step, so that no step allocates.
class SynchronousStepClock {
 public:
  explicit SynchronousStepClock(const SynchronousStepPrice& price);

  // `starts` holds one for each worker, at least one.
  SynchronousStepTimes run(std::span<const SynchronousStart> starts);
  // In the step last run.
  std::span<const BucketTimes> bucket_times() const { return bucket_times_; }

 private:
  const SynchronousStepPrice* price_;
  Eigen::ArrayXd offsets_ns_;  // of the buckets' readiness, then of the backward's end
  Eigen::ArrayXd ready_ns_;    // the last worker's, since the first began
  std::vector<BucketTimes> bucket_times_;
};

}  // namespace palsim
