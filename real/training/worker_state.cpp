#include "real/training/worker_state.hpp"

namespace palsim {
namespace {

bool keeps_global(const TrainingSetting& setting) {
  return setting.method.memory.parameter_copies > 0;
}

}  // namespace

WorkerVectors::WorkerVectors(const TrainingSetting& setting, Device<float>& device,
                             std::int64_t parameters) {
  const auto zeros = [&](FloatBuffer& buffer) {
    buffer = FloatBuffer(device, parameters);
    device.fill(parameters, 0, buffer.data());
  };
  const std::int64_t states = states_of(setting.inner.optimizer);
  if (states > 0) zeros(first_moment);
  if (states > 1) zeros(second_moment);
  if (keeps_global(setting)) {
    zeros(global);
    zeros(outer_momentum);
  }
}

std::vector<std::span<float>> state_of(Replica<float>& replica, WorkerVectors& vectors) {
  const auto span_of = [](float* data, std::int64_t count) {
    return std::span(data, static_cast<std::size_t>(count));
  };
  std::vector<std::span<float>> state{
      span_of(replica.parameters(), replica.parameter_count()),
      span_of(replica.buffers(), replica.buffer_count()),
  };
  for (FloatBuffer* buffer :
       {&vectors.first_moment, &vectors.second_moment, &vectors.global, &vectors.outer_momentum}) {
    if (buffer->count() > 0) state.push_back(span_of(buffer->data(), buffer->count()));
  }
  return state;
}

std::int64_t vectors_per_parameter(const TrainingSetting& setting) {
  return states_of(setting.inner.optimizer) + (keeps_global(setting) ? 2 : 0);
}

}  // namespace palsim
