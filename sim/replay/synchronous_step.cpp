#include "sim/replay/synchronous_step.hpp"

#include <algorithm>

namespace palsim {

SynchronousStepClock::SynchronousStepClock(const SynchronousStepPrice& price)
    : price_(&price),
      offsets_ns_(static_cast<Eigen::Index>(price.buckets.size() + 1)),
      ready_ns_(offsets_ns_.size()),
      bucket_times_(price.buckets.size()) {
  Eigen::Index at = 0;
  for (const BucketPrice& bucket : price.buckets) {
    offsets_ns_[at++] = static_cast<double>(bucket.ready.count_ns());
  }
  offsets_ns_[at] = static_cast<double>(price.compute.count_ns());
}

SynchronousStepTimes SynchronousStepClock::run(std::span<const SynchronousStart> starts) {
  Time first = starts[0].ready;
  Time last = first;
  for (const SynchronousStart& start : starts) {
    first = std::min(first, start.ready);
    last = std::max(last, start.ready);
  }
  const bool broadcast = price_->broadcast.time > Duration();
  const Time origin = broadcast ? last + price_->broadcast.time : first;

  ready_ns_.setZero();
  Duration leader_begin = Duration::nanoseconds(-1);
  double leader_factor = 0;
  for (const SynchronousStart& start : starts) {
    const Duration begin = broadcast ? Duration() : start.ready - origin;
    // Who begins no later and runs no slower than a worker already counted is last with no bucket.
    if (begin <= leader_begin && start.factor <= leader_factor) continue;
    const double begin_ns = static_cast<double>(begin.count_ns());
    ready_ns_ = ready_ns_.max(begin_ns + (start.factor * offsets_ns_).rint());
    if (begin >= leader_begin && start.factor >= leader_factor) {
      leader_begin = begin;
      leader_factor = start.factor;
    }
  }

  const auto ready = [&](Eigen::Index at) {
    return origin + Duration::rounded_nanoseconds(ready_ns_[at]);
  };
  const Time backward_end = ready(ready_ns_.size() - 1);
  Time wire_free = origin;
  for (std::size_t at = 0; at < price_->buckets.size(); ++at) {
    const Time begin = std::max(wire_free, ready(static_cast<Eigen::Index>(at)));
    wire_free = begin + price_->buckets[at].all_reduce;
    bucket_times_[at] = {begin, wire_free};
  }
  return {broadcast ? last : first, origin, backward_end, std::max(wire_free, backward_end)};
}

}  // namespace palsim
