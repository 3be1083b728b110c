// All that one worker's training consists of between two steps; what a checkpoint holds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "real/device/buffer.hpp"
#include "real/replica/replica.hpp"
#include "real/training/setting.hpp"
#include "real/training/time_account.hpp"

namespace palsim {

struct WorkerProgress {
  Step step = 0;                // the next one
  std::int64_t flips = 0;       // coins drawn
  std::int64_t updates = 0;     // of the inner optimizer
  bool global_is_stale = true;  // synchronous steps moved on from the global model
  double loss = 0;              // of the last gradient
  TimeAccount time;
};

using FloatBuffer = Buffer<float, Device<float>>;

// Vectors of one number for each parameter, beside the replica's own; empty where the method or the
// optimizer has no use for them.
struct WorkerVectors {
  WorkerVectors(const TrainingSetting& setting, Device<float>& device, std::int64_t parameters);

  FloatBuffer first_moment;   // AdamW's m, or SGD's momentum
  FloatBuffer second_moment;  // AdamW's v
  FloatBuffer global;         // the last global model
  FloatBuffer outer_momentum;
};

// Parameters, the vectors above and the buffers: whatever later steps depend on, in a fixed order.
std::vector<std::span<float>> state_of(Replica<float>& replica, WorkerVectors& vectors);

// How many vectors of one number for each parameter WorkerVectors holds.
std::int64_t vectors_per_parameter(const TrainingSetting& setting);

}  // namespace palsim
