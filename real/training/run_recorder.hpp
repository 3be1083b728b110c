// What each worker of a real run did when. A worker writes down the laps of its stopwatch, which
// reads no clock for that. When the workers meet for a report they hand them over, and the first
// worker puts the rounds together. All times are by the first worker's clock and count from the
// moment at which the first of the workers began. What happens between two laps, as a report or a
// checkpoint, is no part of the run: the workers stand still meanwhile.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "real/comm/group.hpp"
#include "sim/methods/segment.hpp"
#include "sim/methods/worker.hpp"

namespace palsim {

// What lies between two synchronizations, the second and its outer step included.
struct RecordedRound {
  Step steps_done = 0;  // when it ended
  Time begin;           // of the first worker to begin
  Time end;
  // Of each rank in order; of the wire a segment per bucket, from when the last worker was there
  // for it to when the last had it.
  std::vector<Segment> segments;
  // A worker took so many steps that what it had noted of them was gathered; see gather_steps.
  bool steps_gathered = false;
};

class RunRecorder {
 public:
  using Clock = std::chrono::steady_clock;

  // Of one worker; `group` outlives it. `offset` is what is added to this worker's clock to have
  // the first worker's.
  RunRecorder(Group& group, Duration offset) : group_(group), offset_(offset) {}

  // A lap of this worker, or a bucket that it exchanged, in the order in which they began; each is
  // of the round that is not over.
  void note(Activity activity, Clock::time_point begin, Clock::time_point end,
            std::int64_t steps = 0, std::int64_t bytes = 0);
  // After the step in which the workers met.
  void end_round(Step steps_done);

  // All workers at the same time, between two steps: the rounds that have ended since the last
  // call, for the first worker; nothing for the others.
  std::vector<RecordedRound> hand_over();

 private:
  struct OwnRound {
    Step steps_done = 0;
    std::vector<Segment> laps;
    std::vector<Segment> buckets;
    bool steps_gathered = false;
  };

  std::vector<float> packed() const;
  void place_at_origin(std::vector<RecordedRound>& rounds);

  Group& group_;
  Duration offset_;
  std::optional<Time> origin_;  // of the run, by the first worker's clock; known to that worker
  OwnRound current_;
  std::vector<OwnRound> ended_;
};

// What to add to this worker's clock to have the first worker's; all workers at the same time.
// Nothing where all are on one `machine`. Else the median difference of what clocks show when the
// workers leave a meeting: as exact as they leave it together, and as the clocks run alike later.
Duration offset_to_first(Group& group, const std::string& machine,
                         const std::function<RunRecorder::Clock::time_point()>& now);

// Processes that see the same name read the same clock.
std::string this_machine();

}  // namespace palsim
