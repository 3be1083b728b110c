#include "experiments/experiment/workload.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/cost.hpp"

namespace palsim {
namespace {

FlopsPerSecond peak_of(const Experiment& experiment) {
  const DeviceSpec& device = experiment.cluster.device;
  const auto offered = [&](const std::optional<FlopsPerSecond>& peak, const char* name) {
    if (!peak) {
      fail_at(experiment.precision_origin,
              fmt::format("precision = {0}: the device '{1}' of cluster '{2}' gives no {0} rate; "
                          "write another precision, or {0} under its [device]",
                          name, device.name, experiment.cluster.name));
    }
    return *peak;
  };
  switch (experiment.precision) {
    case Precision::fp32:
      return offered(device.fp32, "fp32");
    case Precision::tf32:
      return offered(device.tf32, "tf32");
    case Precision::bf16:
      return offered(device.bf16, "bf16");
    case Precision::fp16:
      break;
  }
  return offered(device.fp16, "fp16");
}

bool half_precision(Precision precision) {
  return precision == Precision::bf16 || precision == Precision::fp16;
}

// The costs of the model's layers.
Workload modelled_workload(const Experiment& experiment, const MicroBatch& batch,
                           const ComputeRate& rate) {
  const Model& model = experiment.model;
  Workload workload{.buffers = model.buffers(),
                    .activations = activation_memory(model, batch),
                    .micro_batches = experiment.micro_batches,
                    .optimizer = experiment.optimizer,
                    .gradient_clipping = experiment.gradient_clipping,
                    .memory_bandwidth = rate.memory,
                    .data = experiment.data_time,
                    .step_time = experiment.step_time};
  for (const Tensor& tensor : model.tensors) workload.tensor_elements.push_back(tensor.numel());
  for (const Layer& layer : model.layers) {
    workload.forward += time_of(forward_work(layer, batch), rate);
  }
  workload.gradient_ready.resize(model.tensors.size());
  for (auto layer = model.layers.rbegin(); layer != model.layers.rend(); ++layer) {
    const Duration length = time_of(backward_work(*layer, batch), rate);
    const auto count = static_cast<double>(layer->parameters.size());
    for (std::size_t i = 0; i < layer->parameters.size(); ++i) {
      const bool at_the_end = layer->gradients == GradientsComplete::at_the_end;
      const Duration ready =
          at_the_end ? length : length.scaled((count - static_cast<double>(i)) / count);
      workload.gradient_ready[layer->parameters[i]] = workload.backward + ready;
    }
    workload.backward += length;
  }
  return workload;
}

}  // namespace

Workload workload_of(const Experiment& experiment) {
  const DeviceSpec& device = experiment.cluster.device;
  const MicroBatch batch{.samples = experiment.batch_per_worker / experiment.micro_batches,
                         .element = Bytes(half_precision(experiment.precision) ? 2 : 4)};
  const ComputeRate rate{peak_of(experiment) * device.compute_efficiency,
                         device.memory_bandwidth * device.memory_efficiency, device.launch_cost};

  Workload workload = [&] {
    try {
      return modelled_workload(experiment, batch, rate);
    } catch (const InputError& error) {
      fail_at(experiment.batch_origin, error.what());  // the work of a batch beyond all range
    }
  }();
  if (workload.step_time && *workload.step_time < workload.optimizer_time()) {
    fail_at(experiment.step_time_origin,
            fmt::format("step_time = {}: the optimizer alone takes {} of it; write a longer one",
                        to_string(*workload.step_time), to_string(workload.optimizer_time())));
  }
  return workload;
}

}  // namespace palsim
