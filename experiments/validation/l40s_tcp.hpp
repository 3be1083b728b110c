// DDP, DiLoCo and Local SGD on 4 nodes of one L40S each, over TCP at five rates (public repository
// Adnan082/diloco-measured, Apache-2.0): the seconds that one synchronization blocks.
//
// Calibrated on DiLoCo's H = 1 rows alone, one figure for each rate: the fraction of the shaped
// rate that TCP reaches or, unshaped, the rate itself. All else is a prior of the cluster's and the
// model's file. The other rows, and those that nobody measured, are predictions.
#pragma once

#include "experiments/validation/validation.hpp"

namespace palsim {

Validation validate_l40s_tcp(const std::filesystem::path& folder);

}  // namespace palsim
