// What the network between processes carries: messages of their own, before any training. Processes
// 2 i and 2 i + 1 are partners, and all pairs exchange at once.
#pragma once

#include "sim/core/quantity.hpp"

namespace palsim {

struct LinkRate {
  BytesPerSecond rate;  // in each direction, while both are full
  Duration latency;     // of an empty message: half of there and back
};

// Between MPI's processes, at least two and an even number of them, which all call this; means over
// them. The rate is the slope of the time over sizes up to `longest`: what a message costs
// whatever its size, and what a shaper's bucket lets through at once, are no part of it.
LinkRate measure_link_rate(Bytes longest);

}  // namespace palsim
