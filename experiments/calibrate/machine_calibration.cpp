#include "experiments/calibrate/machine_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "experiments/command/ascii.hpp"
#include "experiments/command/counted.hpp"
#include "experiments/command/text_lines.hpp"
#include "real/measure/kernel_rates.hpp"
#include "sim/core/statistics.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

constexpr LinearShape square{.rows = 512, .in_features = 512, .out_features = 512};
constexpr std::int64_t many_parameters = 8 << 20;  // 32 MiB a vector, beyond the caches

// The layers' sizes, in models that are trained here; on GPUs also in larger ones.
std::vector<LinearRate> layers_for(const Backend& backend) {
  std::vector<LinearRate> layers{
      {"a square one", square, {}},
      {"fc1 of mlp, 64 images", {.rows = 64, .in_features = 3072, .out_features = 512}, {}},
      {"fc2 of mlp, 64 images", {.rows = 64, .in_features = 512, .out_features = 512}, {}},
      {"mlp.c_fc of gptneo_8m, 300 tokens",
       {.rows = 300, .in_features = 128, .out_features = 512},
       {}},
      {"lm_head of gptneo_8m, 300 tokens",
       {.rows = 300, .in_features = 128, .out_features = 50257},
       {}}};
  if (backend.name() == "cpu") return layers;
  layers.push_back({"mlp.c_fc of gptneo_125m, 4096 tokens",
                    {.rows = 4096, .in_features = 768, .out_features = 3072},
                    {}});
  layers.push_back({"lm_head of gptneo_125m, 4096 tokens",
                    {.rows = 4096, .in_features = 768, .out_features = 50257},
                    {}});
  return layers;
}

// What is less is lost in the work itself.
Duration noticeable(Duration launch) {
  constexpr double least_s = 1e-7;
  return launch < Duration::seconds(least_s) ? Duration() : launch;
}

std::optional<FlopsPerSecond>& rate_in(MatrixPrecision precision, DeviceSpec& device) {
  switch (precision) {
    case MatrixPrecision::tf32:
      return device.tf32;
    case MatrixPrecision::bf16:
      return device.bf16;
    case MatrixPrecision::fp32:
      break;
  }
  return device.fp32;
}

// 2, 4, 8, ... and the last.
std::vector<Rank> doublings(Rank most) {
  std::vector<Rank> counts;
  for (Rank count = 2; count < most; count *= 2) counts.push_back(count);
  if (most > 1) counts.push_back(most);
  return counts;
}

std::vector<Bytes> sizes_up_to(Bytes most) {
  std::vector<Bytes> sizes;
  for (Bytes size(1 << 10); size <= most; size = size * 4) sizes.push_back(size);
  return sizes;
}

// To four significant digits: more would be noise.
double rounded(double figure) {
  const double unit = std::pow(10, std::floor(std::log10(figure)) - 3);
  return std::round(figure / unit) * unit;
}

MeasuredTimes as_table(const std::vector<CollectiveTime>& times) {
  MeasuredTimes table;
  for (const CollectiveTime& time : times) {
    table.push_back({time.workers, time.size, Duration::seconds(rounded(time.seconds))});
  }
  return table;
}

FlopsPerSecond best_of(const std::vector<LinearRate>& rates) {
  FlopsPerSecond best;
  for (const LinearRate& linear : rates) best = std::max(best, linear.rate);
  return best;
}

double median_share(const std::vector<LinearRate>& rates) {
  std::vector<double> shares;
  for (const LinearRate& linear : rates) shares.push_back(linear.rate / best_of(rates));
  return median(std::move(shares));
}

std::vector<double> measured_throughput(const Backend& backend, Rank workers) {
  std::vector<double> throughput{1};
  const FlopsPerSecond alone = measure_linear(backend, square, 1);
  for (Rank count = 2; count <= std::min(workers, backend.most_at_once()); ++count) {
    const auto all = static_cast<double>(count);
    const double total = all * (measure_linear(backend, square, count) / alone);
    throughput.push_back(std::min(total, all));
  }
  return throughput;
}

}  // namespace

MachineCalibration calibrate_machine(const Backend& backend, Rank workers,
                                     const std::function<void(double)>& progress) {
  backend.require_places(workers);
  MachineCalibration machine{.hardware = backend.hardware(),
                             .memory = backend.memory().left,
                             .workers = workers,
                             .precision = backend.precision(),
                             .linear = layers_for(backend)};
  const std::vector<Rank> groups = doublings(workers);
  const double parts = static_cast<double>(machine.linear.size() + groups.size() + 3);
  double done = 0;
  const auto advance = [&] { progress(++done / parts); };

  for (LinearRate& linear : machine.linear) {
    linear.rate = measure_linear(backend, linear.shape, 1);
    advance();
  }
  machine.copy = measure_copy(backend, machine.hardware.units);
  machine.updates = measure_updates(backend, many_parameters, 1);
  machine.launch = noticeable(measure_launch(backend));
  machine.variation = measure_variation(backend, square);
  advance();
  if (backend.are_shared()) machine.throughput = measured_throughput(backend, workers);
  advance();
  for (const Rank count : groups) {
    const auto append = [](std::vector<CollectiveTime>& to, std::vector<CollectiveTime> more) {
      to.insert(to.end(), more.begin(), more.end());
    };
    append(machine.all_reduce, measure_collective(backend, Collective::all_reduce, count,
                                                  sizes_up_to(Bytes(64 << 20))));
    append(machine.broadcast,
           measure_collective(backend, Collective::broadcast, count, sizes_up_to(Bytes(4 << 20))));
    machine.meeting_s.push_back(measure_meeting(backend, count));
    advance();
  }
  return machine;
}

Topology machine_topology(const MachineCalibration& machine, const std::string& name) {
  Node node;
  for (Rank rank = 0; rank < machine.workers; ++rank) {
    node.workers.push_back(fmt::format("worker{}", rank));
  }
  std::vector<double> throughput;
  for (const double total : machine.throughput) throughput.push_back(rounded(total));
  Transport transport;
  transport.kind = TransportKind::measured;
  transport.all_reduce = as_table(machine.all_reduce);
  transport.broadcast = as_table(machine.broadcast);
  DeviceSpec device{.name = ascii(machine.hardware.processor),
                    .memory_bandwidth = BytesPerSecond(rounded(machine.updates.count())),
                    .memory = Bytes(machine.memory.count() / 1'000'000'000 * 1'000'000'000),
                    .compute_efficiency = rounded(median_share(machine.linear)),
                    .launch_cost = machine.launch,
                    .throughput = throughput};
  rate_in(machine.precision, device) = FlopsPerSecond(rounded(best_of(machine.linear).count()));
  return {.name = name,
          .network = Network(node),
          .device = std::move(device),
          .transport = std::move(transport)};
}

TopologyComments machine_comments(const MachineCalibration& machine) {
  TopologyComments comments;
  comments.head = {fmt::format("Measured by palsim calibrate machine: {} {} on {}.",
                               counted(machine.workers, "worker"),
                               is_shared(machine) ? "emulated" : "at most",
                               counted(machine.hardware.units, machine.hardware.unit))};
  if (!machine.hardware.versions.empty()) comments.head.push_back(machine.hardware.versions + '.');
  comments.node = {"Threads of one process; for what joins them see [transport]."};
  comments.device = {
      fmt::format("{}: the fastest of these linear layers, forward and backward, one worker alone;",
                  name_of(machine.precision)),
      "compute_efficiency: their median over the fastest."};
  for (const LinearRate& linear : machine.linear) {
    comments.device.push_back(fmt::format(
        "  {:.1f} GFLOP/s: {} x {} -> {}, {}", linear.rate.count() / 1e9, linear.shape.rows,
        linear.shape.in_features, linear.shape.out_features, linear.layer));
  }
  comments.device.push_back(fmt::format(
      "memory_bandwidth: updates of {} M parameters by one worker alone, bytes read and written;",
      many_parameters >> 20));
  comments.device.push_back(fmt::format("copying within memory: {} by {}.", to_string(machine.copy),
                                        counted(machine.hardware.units, machine.hardware.unit)));
  if (is_shared(machine)) {
    comments.device.push_back("throughput: of the square layer, with so many workers at once.");
  }
  comments.device.push_back(
      fmt::format("Equal pieces of work vary by {:.1f} %.", 100 * machine.variation));
  comments.transport = {
      "Medians of 15, from the last worker's arrival to the last one's end, buffers out of the "
      "caches."};
  const std::vector<Rank> groups = doublings(machine.workers);
  for (std::size_t at = 0; at < groups.size(); ++at) {
    comments.transport.push_back(fmt::format("A meeting of {} takes {}, which is left out.",
                                             counted(groups[at], "worker"),
                                             to_string(Duration::seconds(machine.meeting_s[at]))));
  }
  return comments;
}

}  // namespace palsim
