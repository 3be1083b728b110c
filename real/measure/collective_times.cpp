#include "real/measure/collective_times.hpp"

#include <algorithm>

#include "real/comm/thread_team.hpp"
#include "real/measure/clock.hpp"
#include "sim/core/error.hpp"
#include "sim/core/statistics.hpp"

namespace palsim {
namespace {

// Other work's memory, which takes the caches' place.
class OtherWork {
 public:
  void run() {
    for (float& value : memory_) value += 1;
  }

 private:
  static constexpr std::size_t numbers = 4 << 20;  // 16 MiB for each worker
  std::vector<float> memory_ = std::vector<float>(numbers);
};

// Seconds of `operation`, from all workers' arrival to the last one's end, often repeated.
template <class Operation>
double median_time(Group& group, Operation operation) {
  constexpr int repetitions = 15;
  OtherWork other;
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

std::vector<CollectiveTime> measure_collective(Collective collective, Rank workers,
                                               const std::vector<Bytes>& sizes) {
  require(collective == Collective::all_reduce || collective == Collective::broadcast,
          "{} is not measured", name_of(collective));
  std::vector<CollectiveTime> times;
  for (const Bytes size : sizes) times.push_back({workers, size, 0});
  run_on_threads(workers, [&](Group& group) {
    for (CollectiveTime& time : times) {
      std::vector<float> values(static_cast<std::size_t>(time.size.count()) / sizeof(float), 1.0F);
      const double seconds = median_time(group, [&] {
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

double measure_meeting(Rank workers) {
  double seconds = 0;
  run_on_threads(workers, [&](Group& group) {
    const double own = median_time(group, [&] { group.meet(); });
    if (group.rank() == 0) seconds = own;
  });
  return seconds;
}

}  // namespace palsim
