// An experiment's model on its cluster's device: the workload of one worker.
#pragma once

#include "experiments/experiment/experiment.hpp"
#include "sim/replay/workload.hpp"

namespace palsim {

// Throws InputError where the device does not offer the precision, or a measured step time is
// shorter than what its optimizer alone takes.
Workload workload_of(const Experiment& experiment);

}  // namespace palsim
