// The flows on the wire at one moment: what each has left, and which ends next.
//
// All flows that a link holds (see max_min.hpp) have the same rate, so they share a clock that
// counts bytes instead of seconds: what the link has given to each flow that it held all along. A
// flow of b bytes that starts at count c ends at count c + b, whatever becomes of the rate. So when
// rates change, only the links' clocks are set anew, and a link's flows wait for their counts in a
// heap.
//
// Times are integral and so are the counts (in 2^-32 bytes): an end is rounded to the nearest
// nanosecond, and what a flow has left follows from differences of times only, so the same starts
// at a later hour give the same ends, later by as much.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/quantity.hpp"
#include "sim/core/time.hpp"
#include "sim/network/max_min.hpp"
#include "sim/network/placed_heap.hpp"

namespace palsim {

__extension__ typedef __int128 ByteCount;  // in 2^-32 bytes

// The bytes of a flow as they are counted.
double as_counted(double bytes);

struct Flow {
  ByteCount left = 0;  // at `since`
  double rate_bytes_per_s = 0;
  Time since;
  bool operator==(const Flow&) const = default;
};

class FlowSet {
 public:
  // `routes` names the capacities and the links that each flow crosses once it is started.
  explicit FlowSet(MaxMinProblem routes);

  // Takes effect at the next settle(), at the same instant. A flow may start again after it ended.
  // Bytes must be above zero.
  void start(FlowId flow, double bytes);

  bool idle() const { return ends_.empty(); }
  // When the next flows end; of no flows there is none. Holds from one settle() to the next.
  Time next_end() const { return ends_.top().key; }
  // Takes out the flows that end now, in ascending order. settle() at the same instant must follow.
  const std::vector<FlowId>& end(Time now);

  // Shares the links out anew.
  void settle(Time now);

  // Only of flows on the wire, after settle().
  Flow flow(FlowId flow) const;

 private:
  struct Clock {          // of a link
    ByteCount count = 0;  // at `since`
    double rate_bytes_per_s = 0;
    Time since;
    PlacedHeap<ByteCount> ends = {};  // of the flows that it holds
    enum class State : std::uint8_t { stands, changes } state = State::stands;
  };

  Time end_of(const Clock& clock) const;
  Clock& set(std::uint32_t link, Time now);
  void wait(FlowId flow, ByteCount left, Time now);

  MaxMinShares shares_;
  std::vector<Clock> clocks_;  // by link
  struct Wait {                // of a flow
    ByteCount until = 0;
    std::uint32_t link = 0;  // on whose clock
  };
  std::vector<Wait> waits_;  // by flow
  HeapPlaces flow_places_;
  PlacedHeap<Time> ends_;  // of the first flow of each link that holds any
  HeapPlaces link_places_;
  std::vector<std::uint32_t> changing_;  // links
  std::vector<FlowId> starting_;
  std::vector<FlowId> ended_;
};

}  // namespace palsim
