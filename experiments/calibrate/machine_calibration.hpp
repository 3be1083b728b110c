// This machine as a cluster of emulated workers: threads that share its cores. Rates, bandwidths
// and the times of collectives are measured here, now; nothing that is to be predicted is looked
// at.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "real/device/shapes.hpp"
#include "real/measure/collective_times.hpp"
#include "topologies/topology_writer.hpp"

namespace palsim {

struct LinearRate {
  std::string layer;  // whose: "fc1 of mlp, 64 images"
  LinearShape shape;
  FlopsPerSecond rate;  // forward and backward, of one worker alone
};

struct MachineCalibration {
  std::string processor;  // as the system names it
  Rank cores = 1;
  Rank workers = 1;
  std::vector<LinearRate> linear;
  BytesPerSecond copy;     // of all cores together, read and written
  BytesPerSecond updates;  // of one worker alone: optimizer, mix and outer step
  // The total speed of 1, 2, ... workers in units of one, up to twice the cores.
  std::vector<double> throughput;
  std::vector<CollectiveTime> all_reduce;
  std::vector<CollectiveTime> broadcast;
  std::vector<double> meeting_s;  // by workers measured with: 2, 4, ...
  double variation = 0;           // of equal pieces of work, standard deviation over mean
};

// For up to `workers` workers. Takes about ten seconds; `progress` is told what share is done.
MachineCalibration calibrate_machine(Rank workers, const std::function<void(double)>& progress);

// The cluster, called so, and where its figures come from.
Topology machine_topology(const MachineCalibration& machine, const std::string& name);
TopologyComments machine_comments(const MachineCalibration& machine);

}  // namespace palsim
