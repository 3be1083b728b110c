#include "sim/replay/shared_devices.hpp"

#include <algorithm>

namespace palsim {

SharedDevices::SharedDevices(const Prices& prices, const DeviceSharing& sharing)
    : prices_(&prices), sharing_(&sharing) {
  for (const SynchronousStepPrice& price : prices.synchronous) steps_.emplace_back(price, sharing);
}

Time SharedDevices::finish_local_work(std::deque<SimulatedWorker>& workers) {
  const auto per_node = static_cast<std::size_t>(sharing_->workers_per_node);
  Time last = Time::start();
  for (std::size_t first = 0; first < workers.size(); first += per_node) {
    const std::size_t end = std::min(first + per_node, workers.size());
    works_ns_.clear();
    for (std::size_t rank = first; rank < end; ++rank) {
      works_ns_.push_back(static_cast<double>(workers[rank].local_work().count_ns()));
    }
    std::sort(works_ns_.begin(), works_ns_.end());
    share_device(works_ns_, *sharing_, clock_);
    for (std::size_t rank = first; rank < end; ++rank) {
      workers[rank].finish_local_work(clock_);
      last = std::max(last, workers[rank].clock());
    }
  }
  return last;
}

SynchronousStepTimes SharedDevices::run_step(GradientExchange exchange,
                                             std::deque<SimulatedWorker>& workers) {
  const CommunicationPrice& broadcast = prices_->of(exchange).broadcast;
  Time origin = workers.front().clock();
  Time broadcast_begin = origin;
  if (broadcast.time > Duration()) {
    broadcast_begin = finish_local_work(workers);
    origin = broadcast_begin + broadcast.time;
  }
  starts_.clear();
  for (const SimulatedWorker& worker : workers) {
    starts_.push_back({worker.local_work(), worker.step_factor()});
  }
  SynchronousStepTimes times = steps_[static_cast<std::size_t>(exchange)].run(origin, starts_);
  times.broadcast_begin = broadcast_begin;
  return times;
}

}  // namespace palsim
