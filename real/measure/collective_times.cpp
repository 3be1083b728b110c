#include "real/measure/collective_times.hpp"

#include <algorithm>

#include "real/backend/worker_team.hpp"
#include "real/device/buffer.hpp"
#include "real/measure/clock.hpp"
#include "sim/core/error.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

// Other work's memory, which takes the caches' place.
class OtherWork {
 public:
  OtherWork(Device<float>& device, Bytes cache)
      : device_(device), memory_(device, cache.count() / 4) {
    device_.fill(memory_.count(), 1, memory_.data());
  }
  void run() {
    device_.scale(memory_.count(), 1, memory_.data());
    device_.synchronize();
  }

 private:
  Device<float>& device_;
  Buffer<float, Device<float>> memory_;
};

// Seconds of `operation`, from all workers' arrival to the last one's end, often repeated.
template <class Operation>
double median_time(Bytes cache, Group& group, Device<float>& device, Operation operation) {
  constexpr int repetitions = 15;
  OtherWork other(device, cache);
  std::vector<double> seconds;
  for (int i = 0; i < repetitions; ++i) {
    other.run();
    group.meet();
    const Clock::time_point begin = Clock::now();
    operation();
    std::vector<double> ends(static_cast<std::size_t>(group.workers()));
    ends[static_cast<std::size_t>(group.rank())] = seconds_since(begin);
    group.sum(ends);
    seconds.push_back(*std::max_element(ends.begin(), ends.end()));
  }
  return median(seconds);
}

}  // namespace

std::vector<CollectiveTime> measure_collective(const Backend& backend, Collective collective,
                                               Rank workers, const std::vector<Bytes>& sizes) {
  require(collective == Collective::all_reduce || collective == Collective::broadcast,
          "{} is not measured", name_of(collective));
  std::vector<CollectiveTime> times;
  for (const Bytes size : sizes) times.push_back({workers, size, 0});
  const Bytes cache = backend.hardware().cache;
  run_workers(backend, workers, [&](Group& group, Device<float>& device) {
    for (CollectiveTime& time : times) {
      const auto count = time.size.count() / static_cast<std::int64_t>(sizeof(float));
      Buffer<float, Device<float>> buffer(device, count);
      device.fill(count, 1, buffer.data());
      const std::span values(buffer.data(), static_cast<std::size_t>(count));
      const double seconds = median_time(cache, group, device, [&] {
        if (collective == Collective::all_reduce) {
          group.all_reduce_mean(values, WireType::fp32);
        } else {
          group.broadcast(values, 0);
        }
      });
      if (group.rank() == 0) time.seconds = seconds;
    }
  });
  return times;
}

double measure_meeting(const Backend& backend, Rank workers) {
  double seconds = 0;
  const Bytes cache = backend.hardware().cache;
  run_workers(backend, workers, [&](Group& group, Device<float>& device) {
    const double own = median_time(cache, group, device, [&] { group.meet(); });
    if (group.rank() == 0) seconds = own;
  });
  return seconds;
}

}  // namespace palsim
