// GPT-2 and T5 on four T4, in one box over PCIe and in four over TCP, from the tokens per second of
// one T4. Data-parallel without overlap: gradients are all-reduced after the backward pass.
//
// Calibrated on GPT-2 Medium at batch 4 alone, one figure for each interconnect: what NCCL reaches
// over PCIe of the bandwidth it expects there (a T4 has no peer access: all goes through the host's
// memory), and the rate of a node's link over TCP. Steps have no spread: what waiting there was is
// in those figures. The other models and batches are predictions.
#pragma once

#include "experiments/validation/validation.hpp"

namespace palsim {

Validation validate_t4_gpt2(const std::filesystem::path& folder);

}  // namespace palsim
