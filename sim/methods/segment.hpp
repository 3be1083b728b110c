// What a worker did when, simulated or measured.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/rank.hpp"
#include "sim/core/time.hpp"

namespace palsim {

enum class Activity : std::uint8_t { compute, mix, communication, waiting, bucket };

// The track of what travels under the workers' compute: DDP's buckets.
inline constexpr Rank wire_track = -1;

struct Segment {
  Rank rank = 0;
  Activity activity = Activity::compute;
  Time begin;
  Duration length;
  // Gradient or mix steps, which follow one another in it; 0 for anything else: data, outer steps,
  // stalls, the optimizer of a synchronous step.
  std::int64_t steps = 0;
  std::int64_t bytes = 0;  // of a bucket, where known
};

// Of the steps that a worker took one after the other, one segment of each kind is left: the same
// time and steps in all, without their order.
void gather_steps(std::vector<Segment>& segments);

}  // namespace palsim
