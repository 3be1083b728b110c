// The nodes' devices in a replay whose workers share them. Workers leave every meeting together and
// work until the next one by the common clock of their node.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "sim/replay/shared_step.hpp"
#include "sim/replay/simulated_worker.hpp"

namespace palsim {

class SharedDevices {
 public:
  // Both must outlive it.
  SharedDevices(const Prices& prices, const DeviceSharing& sharing);

  // Lets all workers, given by rank, finish what they have to do; returns when the last one has.
  Time finish_local_work(std::deque<SimulatedWorker>& workers);

  // A step that all workers have reached. The work before a broadcast is finished here; else it and
  // the step's compute are done by clock_of.
  SynchronousStepTimes run_step(GradientExchange exchange, std::deque<SimulatedWorker>& workers);
  const WorkClock& clock_of(GradientExchange exchange, Rank rank) const {
    return steps_[static_cast<std::size_t>(exchange)].clock_of(rank);
  }
  std::span<const BucketTimes> bucket_times(GradientExchange exchange) const {
    return steps_[static_cast<std::size_t>(exchange)].bucket_times();
  }

 private:
  const Prices* prices_;
  const DeviceSharing* sharing_;
  std::vector<SharedStepClock> steps_;  // by GradientExchange
  WorkClock clock_;                     // of one node after the other
  std::vector<double> works_ns_;
  std::vector<SharedStart> starts_;
};

}  // namespace palsim
