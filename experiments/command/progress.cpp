#include "experiments/command/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "experiments/command/messages.hpp"

namespace palsim {

ProgressBar::ProgressBar() : start_(Clock::now()), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (shown_) say("\r\033[K");
}

void ProgressBar::advance(double share, const std::string& note) {
  constexpr double patience_s = 0.5;
  constexpr double width = 40;
  const double elapsed_s = std::chrono::duration<double>(Clock::now() - start_).count();
  if (!terminal_ || elapsed_s < patience_s || share <= 0) return;
  const auto filled = static_cast<std::size_t>(width * share);
  const double left_s = elapsed_s * (1 - share) / share;
  say(fmt::format("\r[{:.<40}] {:3.0f} %, {:.0f} s left{}{}\033[K", std::string(filled, '#'),
                  100 * share, left_s, note.empty() ? "" : ", ", note));
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace palsim
