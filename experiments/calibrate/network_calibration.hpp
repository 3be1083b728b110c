// A cluster's NCCL transport, fitted to the log of one collective on that cluster.
// A log's times hold what launches cost where that shows, so the fitted transport has no launch
// cost of its own.
#pragma once

#include <optional>
#include <string>

#include "experiments/calibrate/collective_log.hpp"
#include "sim/network/transport_fit.hpp"
#include "topologies/topology.hpp"

namespace palsim {

struct NetworkCalibration {
  CollectiveLog log;
  Rank workers = 0;        // the cluster's first
  std::int64_t nodes = 1;  // that they are on
  Topology fitted;         // the cluster, its transport NCCL's with the fit
  TransportFit fit;
};

// `workers`: none: as many as the log says, else all that the cluster has. Throws InputError if the
// cluster has too few, the log says otherwise, or the transport forces what NCCL does not run.
NetworkCalibration calibrate_network(CollectiveLog log, Topology cluster,
                                     std::optional<Rank> workers);

// A file of topologies/: the fitted cluster as `name`, with what it was fitted to in comments.
std::string calibrated_topology(const NetworkCalibration& calibration, const std::string& name);

// "latency x 1.31, bandwidth x 0.87, 3 corrections (x 0.92 to x 1.2)".
std::string fit_in_words(const NcclFit& fit);

}  // namespace palsim
