// What the collectives of a backend's workers take, as training meets them: all workers have
// arrived, and what they exchange has been pushed out of the caches.
#pragma once

#include <vector>

#include "real/backend/backend.hpp"
#include "sim/collectives/collective.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/rank.hpp"

namespace palsim {

struct CollectiveTime {
  Rank workers = 2;
  Bytes size;
  double seconds = 0;  // median of several
};

// Of all-reduces or broadcasts in fp32, for each size.
std::vector<CollectiveTime> measure_collective(const Backend& backend, Collective collective,
                                               Rank workers, const std::vector<Bytes>& sizes);

// From the last worker's arrival to all having gone on: seconds.
double measure_meeting(const Backend& backend, Rank workers);

}  // namespace palsim
