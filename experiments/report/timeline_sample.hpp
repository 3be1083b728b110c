// Timelines for a page: as many rounds of each method as there is room for; what was left out is
// said.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/methods/method.hpp"
#include "sim/replay/timeline.hpp"

namespace palsim {

struct MethodRun {
  std::string label;
  std::string method;
  Timeline timeline;
};

// The most rounds of such a method that may find room among `most_segments`.
KeptRounds richest_sample(const Method& method, Rank workers, std::size_t most_segments);

// A list of {label, method, workers, rounds_left_out, workers_left_out, segments_left_out, rounds}
// with `most_segments` in all. A round is {number, steps_done, begin_ns, end_ns, tracks}, a track
// {rank, segments}, a segment [activity, begin_ns, length_ns, steps]. Rounds are left out first,
// but for one of each method; then workers, but for the one who waited least; then the ends of
// rounds.
nlohmann::ordered_json sampled_timelines(std::vector<MethodRun> runs, Rank workers,
                                         std::size_t most_segments);

}  // namespace palsim
