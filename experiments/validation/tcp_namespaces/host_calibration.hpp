// What a prediction for these hosts rests on: their links, and how fast they compute, each alone
// and several at once, since hosts that are namespaces of one machine share its cores. Measured
// with messages and with steps that meet nobody; no run that is predicted is looked at.
#pragma once

#include <vector>

#include "real/comm/group.hpp"
#include "real/measure/link_rate.hpp"
#include "real/measure/local_steps.hpp"
#include "topologies/topology.hpp"

namespace palsim {

struct HostCalibration {
  LinkRate link;
  std::vector<LocalSteps> steps;  // 1, 2, ... hosts at once
  Duration data_time;             // of one step, part of it
  double jitter = 0;              // of steps that need not share a core
  FlopsPerSecond fp32;
  BytesPerSecond updates;  // bytes read and written by one host alone
};

// All processes call this and get the same. Hosts that do not compute wait meanwhile, as they do in
// training.
HostCalibration calibrate_hosts(const TrainingJob& job, Group& group, BytesPerSecond link);

// The hosts as one node whose device, the machine's cores, they share, each with a link of its own
// to the switch. `link` is what the shaper was set to.
Topology host_topology(const HostCalibration& hosts, BytesPerSecond link);

}  // namespace palsim
