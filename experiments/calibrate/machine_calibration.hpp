// This machine as a cluster of workers on one of its backends: threads that share its cores or its
// GPU, or have a GPU each. Rates, bandwidths and the times of collectives are measured here, now;
// nothing that is to be predicted is looked at.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "real/backend/backend.hpp"
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
  Hardware hardware;
  Bytes memory;  // for tensors, of all that share it
  Rank workers = 1;
  MatrixPrecision precision = MatrixPrecision::fp32;
  std::vector<LinearRate> linear;
  BytesPerSecond copy;     // of all units together, read and written
  BytesPerSecond updates;  // of one worker alone: optimizer, mix and outer step
  Duration launch;  // of a kernel with nothing to do, one after the other; 0: next to nothing
  // The total speed of 1, 2, ... workers in units of one; empty: each has a unit to itself.
  std::vector<double> throughput;
  std::vector<CollectiveTime> all_reduce;
  std::vector<CollectiveTime> broadcast;
  std::vector<double> meeting_s;  // by workers measured with: 2, 4, ...
  double variation = 0;           // of equal pieces of work, standard deviation over mean
};

// For up to `workers` workers. Takes about ten seconds; `progress` is told what share is done.
MachineCalibration calibrate_machine(const Backend& backend, Rank workers,
                                     const std::function<void(double)>& progress);

// Whether several workers run on one unit.
inline bool is_shared(const MachineCalibration& machine) { return !machine.throughput.empty(); }

// The cluster, called so, and where its figures come from.
Topology machine_topology(const MachineCalibration& machine, const std::string& name);
TopologyComments machine_comments(const MachineCalibration& machine);

}  // namespace palsim
