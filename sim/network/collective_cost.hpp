// What one collective costs, whatever the transport.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/core/quantity.hpp"
#include "sim/network/transport.hpp"

namespace palsim {

struct CollectiveCost {
  Duration time;                // of the last group, launch included
  Bytes bytes_sent_per_worker;  // averaged over the workers, to the nearest byte
  // Of a broadcast: the chain along the rings. Of what was measured: not known.
  Algorithm algorithm = Algorithm::ring;
  std::optional<Protocol> protocol;  // of nccl, but for hierarchical, and if something was sent
  std::int64_t workers = 1;          // of the last group
};

}  // namespace palsim
