// What all workers of one training run share: the method and its data, how long a step is, and the
// optimizers' settings.
#pragma once

#include <cstdint>

#include "real/data/data_set.hpp"
#include "real/training/learning_rate.hpp"
#include "sim/core/random.hpp"
#include "sim/methods/inner_optimizer.hpp"
#include "sim/methods/method.hpp"

namespace palsim {

struct InnerSettings {
  InnerOptimizer optimizer = InnerOptimizer::momentum_sgd;
  LearningRate learning_rate;
  double momentum = 0.9;  // of momentum_sgd
  bool nesterov = false;
  double weight_decay = 0;
  double beta1 = 0.9;  // of adamw
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double clip_norm = 0;  // of the whole gradient; 0: none
};

struct TrainingSetting {
  const Method& method;
  const DataSet& data;
  InnerSettings inner;
  Step steps = 1;
  std::int64_t batch_per_worker = 1;
  std::int64_t micro_batches = 1;
  Seed seed = 0;
};

}  // namespace palsim
