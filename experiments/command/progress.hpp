// A progress bar on standard error, if that is a terminal and the work takes long.
#pragma once

#include <chrono>

namespace palsim {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();  // wipes the bar
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `share` of the work is done, from 0 to 1.
  void advance(double share);

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace palsim
