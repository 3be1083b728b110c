#include "experiments/validation/bandwidth_for_utilization.hpp"
#include "experiments/validation/l40s_tcp.hpp"
#include "experiments/validation/nccl_fit.hpp"
#include "experiments/validation/t4_gpt2.hpp"
#include "experiments/validation/v100_dlperf.hpp"
#include "experiments/validation/validation.hpp"

namespace palsim {

const std::vector<NamedValidation>& all_validations() {
  static const std::vector<NamedValidation> all{
      {"l40s_tcp", "DDP, DiLoCo and Local SGD on four L40S over TCP, calibrated at H = 1",
       validate_l40s_tcp},
      {"v100_dlperf", "ResNet-50 and BERT-base on up to 32 V100, from the step time of one",
       validate_v100_dlperf},
      {"t4_gpt2", "GPT-2 and T5 on four T4 over PCIe and TCP, calibrated on GPT-2 Medium",
       validate_t4_gpt2},
      {"nccl", "NCCL's all-reduce on eight machines: priors alone, and fitted to every second size",
       validate_nccl_fit},
      {"bandwidth_for_utilization",
       "the bandwidth that a utilization needs, against Streaming DiLoCo's Table 4",
       validate_bandwidth_for_utilization},
  };
  return all;
}

}  // namespace palsim
