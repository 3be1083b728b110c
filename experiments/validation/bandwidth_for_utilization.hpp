// The bandwidth at which data-parallel training and DiLoCo reach a compute utilization, against
// what Streaming DiLoCo (arXiv 2501.18512, Table 4) found in its own simulation: two replicas of 1B
// parameters, steps of 0.1 s, H = 100, bf16 on the wire, no latency.
//
// Found by bisection on predictions, then rounded up to the paper's grid of 50 points from 0.1 to
// 1000 Gbit/s and judged by how many points it is off. Nothing is fitted. Data-parallel exchanges
// each layer's gradients under the backward pass, DiLoCo's synchronization blocks.
#pragma once

#include "experiments/validation/validation.hpp"

namespace palsim {

Validation validate_bandwidth_for_utilization(const std::filesystem::path& folder);

// The paper's grid: point 0 is 0.1 Gbit/s, point 49 is 1000.
double grid_gbit_per_s(std::int64_t point);
std::int64_t grid_point_at_least(double gbit_per_s);
std::int64_t nearest_grid_point(double gbit_per_s);

// Seconds in gradient steps over wall clock of a method ("ddp", "diloco") of the experiment.
double utilization_at(const std::filesystem::path& experiment, const std::string& method,
                      double gbit_per_s, const std::vector<std::string>& more = {});

}  // namespace palsim
