// Where a worker's wall clock goes: what lies between two laps belongs to one of the three.
#pragma once

#include <chrono>

namespace palsim {

struct TimeAccount {
  double compute_s = 0;
  double communication_s = 0;  // exposed: not hidden behind compute
  double waiting_s = 0;        // for slower workers
  double mix_s = 0;            // mix steps alone, which are in compute_s

  double wall_clock_s() const { return compute_s + communication_s + waiting_s; }
};

class Stopwatch {
 public:
  using Clock = std::chrono::steady_clock;

  void restart() { last_ = Clock::now(); }
  // Adds the time since the last lap, up to `end`, which is the next one's beginning.
  void lap(double& account_s, Clock::time_point end = Clock::now()) {
    if (end <= last_) return;
    account_s += std::chrono::duration<double>(end - last_).count();
    last_ = end;
  }
  Clock::time_point last_lap() const { return last_; }

 private:
  Clock::time_point last_ = Clock::now();
};

}  // namespace palsim
