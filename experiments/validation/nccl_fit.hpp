// NCCL's all-reduce, measured by others on eight machines: predicted by palsim's priors alone, and
// by a fit (palsim calibrate network) to every second size, the first of them included. What counts
// are the sizes that the fit has not seen.
#pragma once

#include "experiments/validation/validation.hpp"

namespace palsim {

Validation validate_nccl_fit(const std::filesystem::path& folder);

}  // namespace palsim
