// ResNet-50 v1.5 and BERT-base on 8, 16 and 32 V100 (8 to a node, one 100 Gbit/s InfiniBand card
// per node), from each framework's own step time on one (Oneflow-Inc/DLPerf). Nothing is fitted:
// the cluster's file is all priors, and so is a step's spread.
//
// Exchange: DDP's buckets under the backward pass; NGC PyTorch's BERT reduces one flat buffer after
// it. In AMP the gradients travel as fp16 where the framework casts them to fp32 afterwards
// (OneFlow, PaddlePaddle), where weights are fp16 with fp32 copies (MXNet, NGC PyTorch's BERT with
// apex O2), and as fp32 where variables and gradients stay fp32 (TensorFlow, PyTorch's ResNet-50
// with apex O1). That is an assumption: the code of OneFlow (its cast before widening),
// PaddlePaddle (update_role_var_grad) and NVIDIA's BERT (allreduce_post_accumulation_fp16) supports
// it, the others' was not checked.
//
// Set apart, by this rule: in one node a ResNet-50 step hardly communicates, so a series
// (framework, precision, batch) that reaches less than 90 % of 8 times its own rate on 8 GPUs of
// one node is limited by its input pipeline. Counted once: a row with the precision, batch, rate on
// one GPU and rate of an earlier one repeats it (frameworks' own READMEs).
#pragma once

#include "experiments/validation/validation.hpp"

namespace palsim {

Validation validate_v100_dlperf(const std::filesystem::path& folder);

}  // namespace palsim
