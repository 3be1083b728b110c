// What one collective costs, whatever the transport.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/core/quantity.hpp"
#include "sim/network/transport.hpp"

namespace palsim {

struct CollectiveCost {
  Duration time;                          // of the last group, launch included
  Bytes bytes_sent_per_worker;            // averaged over the workers, to the nearest byte
  Algorithm algorithm = Algorithm::ring;  // of a broadcast: the chain along the rings
  std::optional<Protocol> protocol;       // none: ideal, hierarchical, or nothing was to be sent
  std::int64_t workers = 1;               // of the last group
};

}  // namespace palsim
