// Timelines for a page: as many rounds of each method as there is room for; what was left out is
// said.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/replay/timeline.hpp"

namespace palsim {

struct MethodRun {
  std::string label;
  std::string method;
  Timeline timeline;
};

// The most that a page shows of a method, and what is held meanwhile.
inline constexpr KeptRounds rounds_on_page{
    .first = 20, .last = 20, .slowest = 20, .segments = 1'000'000};

// A list of {label, method, workers, rounds_left_out, workers_left_out, steps_gathered, rounds}
// with `most_segments` in all. A round is {number, steps_done, begin_ns, end_ns, tracks}, a track
// {rank, segments}, a segment [activity, begin_ns, length_ns, steps]. Rounds are left out first,
// but for the slowest of each method; then a worker's steps are gathered by their kind (as
// Timeline does); then workers are left out.
nlohmann::ordered_json sampled_timelines(std::vector<MethodRun> runs, Rank workers,
                                         std::size_t most_segments);

}  // namespace palsim
