#include "experiments/trace/measured_timeline.hpp"

namespace palsim {

void record_into(Timeline& timeline, TrainingJob& job) {
  job.record = [&timeline](const RecordedRound& round) { add_round(timeline, round); };
}

void add_round(Timeline& timeline, const RecordedRound& round) {
  timeline.go_on_at(round.begin);
  if (round.steps_gathered) timeline.gather_all_steps();
  std::vector<Segment> segments = round.segments;
  if (!timeline.tells_steps_apart()) gather_steps(segments);
  for (const Segment& segment : segments) timeline.record(segment);
  timeline.end_round(round.steps_done, round.end);
}

}  // namespace palsim
