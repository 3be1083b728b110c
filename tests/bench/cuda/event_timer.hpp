// How long work takes on the GPU: events around some calls, many times over, and the median. All of
// it is asked for without waiting, so that the GPU goes from one call to the next as in training.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "real/cuda/check.hpp"
#include "sim/core/statistics.hpp"
#include "tests/bench/cuda/sizes.hpp"

namespace palsim::cuda {

// One that knows its time.
class TimedEvent {
 public:
  TimedEvent() { check(cudaEventCreate(&event_), "creating an event"); }
  ~TimedEvent() { cudaEventDestroy(event_); }
  TimedEvent(const TimedEvent&) = delete;
  TimedEvent& operator=(const TimedEvent&) = delete;

  void record(cudaStream_t stream) { check(cudaEventRecord(event_, stream), "recording an event"); }
  void wait() const { check(cudaEventSynchronize(event_), "waiting for an event"); }
  // Of two that are over.
  double seconds_since(const TimedEvent& before) const {
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, before.event_, event_), "reading a time");
    return 1e-3 * static_cast<double>(milliseconds);
  }

 private:
  cudaEvent_t event_ = nullptr;
};

class EventTimer {
 public:
  EventTimer(cudaStream_t stream, Sizes sizes) : stream_(stream), sizes_(sizes) {}

  // Of one call. `work` asks the stream for the call of the given number: it may take another set
  // of operands for each.
  template <class Work>
  double median_s(const Work& work) {
    // The first calls load kernels, choose algorithms and let scratch memory grow.
    times_of(work, 1, 2);
    const double roughly_s = std::max(times_of(work, 1, 1).front(), 1e-6);
    if (sizes_ == Sizes::tiny) return roughly_s;
    // An event costs a microsecond or two: calls that are not long share a pair.
    const auto calls = static_cast<int>(std::clamp(std::ceil(1e-3 / roughly_s), 1.0, 100.0));
    const auto samples = static_cast<int>(std::clamp(0.15 / (calls * roughly_s), 5.0, 51.0));
    return median(times_of(work, calls, samples));
  }

 private:
  template <class Work>
  std::vector<double> times_of(const Work& work, int calls, int samples) {
    std::vector<TimedEvent> events(static_cast<std::size_t>(samples) + 1);
    events.front().record(stream_);
    for (std::size_t sample = 1; sample < events.size(); ++sample) {
      for (int i = 0; i < calls; ++i) work(call_++);
      events[sample].record(stream_);
    }
    events.back().wait();
    std::vector<double> seconds;
    for (std::size_t sample = 1; sample < events.size(); ++sample) {
      seconds.push_back(events[sample].seconds_since(events[sample - 1]) / calls);
    }
    return seconds;
  }

  cudaStream_t stream_;
  Sizes sizes_;
  std::int64_t call_ = 0;
};

}  // namespace palsim::cuda
