// The blocks of figures, in the order in which they are measured: what the GPU can do at most comes
// first, and all that follows is held against it. Inputs are random and none are zero.
#pragma once

#include "real/device/precision.hpp"
#include "tests/bench/cuda/report.hpp"
#include "tests/bench/cuda/sizes.hpp"

namespace palsim::cuda {

// As this GPU reaches them through its vendor's own means.
struct Ceilings {
  double copy_bytes_per_s = 0;  // read plus written
  double fp32_flops_per_s = 0;
  double tf32_flops_per_s = 0;
  double bf16_flops_per_s = 0;  // of operands that are bf16 in memory

  double flops_per_s(MatrixPrecision precision) const;
};

Ceilings ceiling_figures(Sizes sizes, Report& report);
// What a training step does to flat vectors of all parameters.
void update_figures(Sizes sizes, const Ceilings& ceilings, Report& report);
// Of gptneo_125m, 8 samples of 512 tokens.
void token_layer_figures(Sizes sizes, const Ceilings& ceilings, Report& report);
// Of resnet50, 64 samples, by cuDNN and by our own kernels.
void image_layer_figures(Sizes sizes, const Ceilings& ceilings, Report& report);
// Forward, backward and optimizer of whole models.
void step_figures(Sizes sizes, Report& report);

}  // namespace palsim::cuda
