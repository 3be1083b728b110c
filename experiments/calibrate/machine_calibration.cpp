#include "experiments/calibrate/machine_calibration.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include "experiments/command/ascii.hpp"
#include "experiments/command/counted.hpp"
#include "experiments/command/text_lines.hpp"
#include "real/device/available_memory.hpp"
#include "real/measure/kernel_rates.hpp"
#include "sim/core/statistics.hpp"
#include "sim/core/unit.hpp"

namespace palsim {
namespace {

constexpr LinearShape square{.rows = 512, .in_features = 512, .out_features = 512};
constexpr std::int64_t many_parameters = 8 << 20;  // 32 MiB a vector, beyond the caches

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos) return ascii(std::string(trimmed(line.substr(colon + 1))));
  }
  return "unknown processor";
}

// The layers' sizes, in models that are trained here.
std::vector<LinearRate> layers() {
  return {{"a square one", square, {}},
          {"fc1 of mlp, 64 images", {.rows = 64, .in_features = 3072, .out_features = 512}, {}},
          {"fc2 of mlp, 64 images", {.rows = 64, .in_features = 512, .out_features = 512}, {}},
          {"mlp.c_fc of gptneo_8m, 300 tokens",
           {.rows = 300, .in_features = 128, .out_features = 512},
           {}},
          {"lm_head of gptneo_8m, 300 tokens",
           {.rows = 300, .in_features = 128, .out_features = 50257},
           {}}};
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

}  // namespace

MachineCalibration calibrate_machine(Rank workers, const std::function<void(double)>& progress) {
  MachineCalibration machine{.processor = processor_name(),
                             .cores = omp_get_num_procs(),
                             .workers = workers,
                             .linear = layers()};
  const std::vector<Rank> groups = doublings(workers);
  const double parts = static_cast<double>(machine.linear.size() + groups.size() + 3);
  double done = 0;
  const auto advance = [&] { progress(++done / parts); };

  for (LinearRate& linear : machine.linear) {
    linear.rate = measure_linear(linear.shape, 1);
    advance();
  }
  machine.copy = measure_copy(machine.cores);
  machine.updates = measure_updates(many_parameters, 1);
  machine.variation = measure_variation(square);
  advance();
  machine.throughput = {1};
  const FlopsPerSecond alone = machine.linear.front().rate;
  for (Rank count = 2; count <= std::min(workers, machine.cores); ++count) {
    const auto all = static_cast<double>(count);
    const double total = all * (measure_linear(square, count) / alone);
    machine.throughput.push_back(std::min(total, all));
  }
  advance();
  for (const Rank count : groups) {
    const auto append = [](std::vector<CollectiveTime>& to, std::vector<CollectiveTime> more) {
      to.insert(to.end(), more.begin(), more.end());
    };
    append(machine.all_reduce,
           measure_collective(Collective::all_reduce, count, sizes_up_to(Bytes(64 << 20))));
    append(machine.broadcast,
           measure_collective(Collective::broadcast, count, sizes_up_to(Bytes(4 << 20))));
    machine.meeting_s.push_back(measure_meeting(count));
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
  return {.name = name,
          .network = Network(node),
          .device = {.name = machine.processor,
                     .fp32 = FlopsPerSecond(rounded(best_of(machine.linear).count())),
                     .memory_bandwidth = BytesPerSecond(rounded(machine.updates.count())),
                     .memory = Bytes(available_memory().count() / 1'000'000'000 * 1'000'000'000),
                     .compute_efficiency = rounded(median_share(machine.linear)),
                     .throughput = throughput},
          .transport = std::move(transport)};
}

TopologyComments machine_comments(const MachineCalibration& machine) {
  TopologyComments comments;
  comments.head = {fmt::format("Measured by palsim calibrate machine: {} emulated on {}.",
                               counted(machine.workers, "worker"), counted(machine.cores, "core"))};
  comments.node = {"Threads of one process; what joins them is memory, see [transport]."};
  comments.device = {
      "fp32: the fastest of these linear layers, forward and backward, one worker alone;",
      "compute_efficiency: their median over the fastest."};
  for (const LinearRate& linear : machine.linear) {
    comments.device.push_back(fmt::format(
        "  {:.1f} GFLOP/s: {} x {} -> {}, {}", linear.rate.count() / 1e9, linear.shape.rows,
        linear.shape.in_features, linear.shape.out_features, linear.layer));
  }
  comments.device.push_back(fmt::format(
      "memory_bandwidth: updates of {} M parameters by one worker alone, bytes read and written;",
      many_parameters >> 20));
  comments.device.push_back(fmt::format("all cores together copy at {}.", to_string(machine.copy)));
  comments.device.push_back(
      "throughput: of the square layer, with so many workers at once. Equal pieces of work vary");
  comments.device.push_back(fmt::format("by {:.1f} %.", 100 * machine.variation));
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
