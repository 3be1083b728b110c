// A progress bar on standard error, if that is a terminal and the work takes long.
#pragma once

#include <chrono>
#include <string>

namespace palsim {

class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();  // wipes the bar
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // `share` of the work is done, from 0 to 1; the note stands behind the time left.
  void advance(double share, const std::string& note = "");

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace palsim
