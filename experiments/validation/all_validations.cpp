#include "experiments/validation/l40s_tcp.hpp"
#include "experiments/validation/nccl_fit.hpp"
#include "experiments/validation/validation.hpp"

namespace palsim {

const std::vector<NamedValidation>& all_validations() {
  static const std::vector<NamedValidation> all{
      {"l40s_tcp", "DDP, DiLoCo and Local SGD on four L40S over TCP, calibrated at H = 1",
       validate_l40s_tcp},
      {"nccl", "NCCL's all-reduce on eight machines: priors alone, and fitted to every second size",
       validate_nccl_fit},
  };
  return all;
}

}  // namespace palsim
