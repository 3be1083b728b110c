// The device that every worker of a cluster is, or has alone: what it can do at best, and what part
// of that real training reaches.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/core/quantity.hpp"

namespace palsim {

struct DeviceSpec {
  std::string name;
  // Peaks of dense matrix products; none: not offered.
  std::optional<FlopsPerSecond> fp32;
  std::optional<FlopsPerSecond> tf32;
  std::optional<FlopsPerSecond> bf16;
  std::optional<FlopsPerSecond> fp16;
  BytesPerSecond memory_bandwidth;
  Bytes memory;
  double compute_efficiency = 1;  // fraction of the peak that matrix products reach, in (0, 1]
  double memory_efficiency = 1;   // fraction of the memory bandwidth that other layers reach
  Duration launch_cost;           // of starting one kernel
  // Where a node's workers share its one device: their total speed, in units of one worker alone,
  // when 1, 2, ... of them are busy; the last holds for more. Empty: each has a device of its own.
  std::vector<double> throughput;
};

}  // namespace palsim
