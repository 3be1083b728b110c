// Runs in Chrome's trace-event format ("JSON Object Format"), which Perfetto and chrome://tracing
// open: a process per run, a thread for its rounds, one for the wire and one per worker, a complete
// event ("ph": "X") per segment, in microseconds. A file is never longer than largest_trace; of a
// long run it has some rounds, and says what it lacks on the thread of rounds, in the process's
// label and in "otherData".
#pragma once

#include <string>
#include <vector>

#include "sim/replay/timeline.hpp"

namespace palsim {

inline constexpr std::size_t largest_trace = 50'000'000;  // bytes

struct TracedRun {
  std::string label;
  Rank workers = 1;
  Timeline timeline;
  Step first_step = 0;  // later than 0 if the run was resumed
};

// What to keep while recording, of one of `runs` runs that share a trace.
KeptRounds rounds_in_trace(std::size_t runs);

// What the trace does not have of a run; empty: nothing.
std::string left_out(const TracedRun& run);

// Leaves out more of the runs if they would not fit. Throws InputError if they are too many.
std::string chrome_trace(std::vector<TracedRun>& runs, std::size_t largest = largest_trace);

// Writes the trace and, if it is not whole, says so in a line.
void write_trace(const std::string& path, std::vector<TracedRun> runs);

}  // namespace palsim
