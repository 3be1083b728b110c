// Chrome's trace-event format ("JSON Object Format"), which Perfetto and chrome://tracing open: a
// process per method, a thread per worker, a complete event ("ph": "X") per segment, in
// microseconds.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/replay/timeline.hpp"

namespace palsim {

struct MethodTimeline {
  std::string label;
  Timeline timeline;
};

std::string chrome_trace(const std::vector<MethodTimeline>& methods, Rank workers);

}  // namespace palsim
