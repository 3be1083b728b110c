#include "sim/replay/shared_step.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

double ns_of(Duration duration) { return static_cast<double>(duration.count_ns()); }

// The forward and backward of a node's workers, and one all-reduce at a time beside them, all on
// the node's device.
class BusyDevice {
 public:
  BusyDevice(std::span<const double> totals_ns, const DeviceSharing& sharing, WorkClock& clock)
      : totals_ns_(totals_ns), sharing_(&sharing), clock_(&clock) {}

  // Computes alone until so much work is done.
  void compute_until(double work_ns) {
    while (computing() > 0 && clock_->work_ns() < work_ns) {
      clock_->advance_to(std::min(work_ns, next_total_ns()), sharing_->slowdown(computing()));
    }
  }

  // Carries out an all-reduce that takes `alone_ns` where nobody computes; returns when it is over.
  double transfer(double begin_ns, double alone_ns) {
    const auto all = static_cast<Rank>(totals_ns_.size());
    while (computing() > 0) {
      const double slowdown = sharing_->slowdown(computing() + all);
      const double stretch = slowdown / sharing_->slowdown(all);  // of the all-reduce
      const double until_a_worker_is_through_ns = (next_total_ns() - clock_->work_ns()) * slowdown;
      if (alone_ns * stretch < until_a_worker_is_through_ns) {
        const double end_ns = begin_ns + alone_ns * stretch;
        clock_->advance_to(clock_->work_ns() + alone_ns * stretch / slowdown, slowdown);
        return end_ns;
      }
      clock_->advance_to(next_total_ns(), slowdown);
      alone_ns = std::max(alone_ns - until_a_worker_is_through_ns / stretch, 0.0);
      begin_ns = clock_->time_ns();
    }
    return begin_ns + alone_ns;
  }

 private:
  // Of the ascending totals, the first beyond what is done.
  auto next() const {
    return std::upper_bound(totals_ns_.begin(), totals_ns_.end(), clock_->work_ns());
  }
  double next_total_ns() const { return *next(); }
  Rank computing() const { return static_cast<Rank>(totals_ns_.end() - next()); }

  std::span<const double> totals_ns_;
  const DeviceSharing* sharing_;
  WorkClock* clock_;
};

}  // namespace

SharedStepClock::SharedStepClock(const SynchronousStepPrice& price, const DeviceSharing& sharing)
    : price_(&price), sharing_(&sharing), bucket_times_(price.buckets.size()) {}

const WorkClock& SharedStepClock::clock_of(Rank rank) const {
  return nodes_[static_cast<std::size_t>(rank / sharing_->workers_per_node)].clock;
}

void SharedStepClock::lay_out(std::span<const SharedStart> starts) {
  const auto per_node = static_cast<std::size_t>(sharing_->workers_per_node);
  nodes_.resize((starts.size() + per_node - 1) / per_node);
  for (std::size_t at = 0; at < nodes_.size(); ++at) {
    NodeWork& node = nodes_[at];
    node.totals_ns.clear();
    node.ready_ns.assign(price_->buckets.size(), 0);
    const std::size_t first = at * per_node;
    for (const SharedStart& start :
         starts.subspan(first, std::min(per_node, starts.size() - first))) {
      const auto after = [&](Duration nominal) {
        return ns_of(start.before) + std::rint(start.factor * ns_of(nominal));
      };
      node.totals_ns.push_back(after(price_->compute));
      for (std::size_t bucket = 0; bucket < node.ready_ns.size(); ++bucket) {
        node.ready_ns[bucket] =
            std::max(node.ready_ns[bucket], after(price_->buckets[bucket].ready));
      }
    }
    std::sort(node.totals_ns.begin(), node.totals_ns.end());
  }
}

SynchronousStepTimes SharedStepClock::run(Time origin, std::span<const SharedStart> starts) {
  origin_ = origin;
  lay_out(starts);
  if (sharing_->transfers == DeviceSharing::Transfers::on_the_device) {
    carry_on_the_device();
  } else {
    carry_beside_compute();
  }
  Time backward_end = origin;
  for (const NodeWork& node : nodes_) {
    backward_end =
        std::max(backward_end, origin + Duration::rounded_nanoseconds(node.clock.time_ns()));
  }
  const Time last_bucket = bucket_times_.empty() ? backward_end : bucket_times_.back().end;
  return {origin, origin, backward_end, std::max(last_bucket, backward_end)};
}

void SharedStepClock::carry_beside_compute() {
  for (NodeWork& node : nodes_) share_device(node.totals_ns, *sharing_, node.clock);
  Time wire_free = origin_;
  for (std::size_t at = 0; at < bucket_times_.size(); ++at) {
    Time begin = wire_free;
    for (const NodeWork& node : nodes_) {
      const double ready_ns = node.clock.time_ns_at(node.ready_ns[at]);
      begin = std::max(begin, origin_ + Duration::rounded_nanoseconds(ready_ns));
    }
    wire_free = begin + price_->buckets[at].all_reduce;
    bucket_times_[at] = {begin, wire_free};
  }
}

void SharedStepClock::carry_on_the_device() {
  require(nodes_.size() == 1, "collectives on the devices of {} nodes", nodes_.size());
  NodeWork& node = nodes_.front();
  node.clock.restart();
  BusyDevice device(node.totals_ns, *sharing_, node.clock);
  const auto instant = [&](double time_ns) {
    return origin_ + Duration::rounded_nanoseconds(time_ns);
  };
  double wire_free_ns = 0;
  for (std::size_t at = 0; at < bucket_times_.size(); ++at) {
    device.compute_until(node.ready_ns[at]);
    const double begin_ns = std::max(wire_free_ns, node.clock.time_ns());
    wire_free_ns = device.transfer(begin_ns, ns_of(price_->buckets[at].all_reduce));
    bucket_times_[at] = {instant(begin_ns), instant(wire_free_ns)};
  }
  device.compute_until(node.totals_ns.back());
}

}  // namespace palsim
