#include "experiments/validation/tcp_namespaces/host_calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "real/device/available_memory.hpp"
#include "real/measure/kernel_rates.hpp"

namespace palsim {
namespace {

// Steps of the first `busy` hosts at once.
LocalSteps local_steps(const TrainingJob& job, Group& group, Rank busy, double seconds) {
  std::vector<double> sums{0, 0};
  group.meet();
  if (group.rank() < busy) {
    const LocalSteps own = measure_local_steps(job, 1, seconds);
    sums = {own.step_s, own.variation};
  }
  group.meet();
  group.sum(sums);
  const auto count = static_cast<double>(busy);
  return {.workers = busy, .step_s = sums[0] / count, .variation = sums[1] / count};
}

}  // namespace

HostCalibration calibrate_hosts(const TrainingJob& job, Group& group, BytesPerSecond link) {
  // Long enough for the shaper's bucket not to matter, short enough to wait for.
  constexpr double longest_exchange_s = 0.5;
  constexpr double seconds = 1.5;
  const auto longest = static_cast<std::int64_t>(link.count() * longest_exchange_s);
  constexpr std::int64_t most = 64 << 20;
  HostCalibration hosts{.link = measure_link_rate(Bytes(std::min(longest, most)))};
  for (Rank busy = 1; busy <= group.workers(); ++busy) {
    hosts.steps.push_back(local_steps(job, group, busy, seconds));
  }
  const Rank cores = std::max<Rank>(1, std::thread::hardware_concurrency());
  hosts.jitter = hosts.steps[std::min(cores, group.workers()) - 1].variation;
  constexpr LinearShape square{.rows = 512, .in_features = 512, .out_features = 512};
  std::vector<double> alone{0, 0, 0};  // of rank 0, to all: every process predicts with the same
  if (group.rank() == 0) {
    alone = {measure_data_time(job.setting, 0.2), measure_linear(job.backend, square, 1).count(),
             measure_updates(job.backend, job.graph.model.parameters(), 1).count()};
  }
  group.sum(alone);
  hosts.data_time = Duration::seconds(alone[0]);
  hosts.fp32 = FlopsPerSecond(alone[1]);
  hosts.updates = BytesPerSecond(alone[2]);
  return hosts;
}

Topology host_topology(const HostCalibration& hosts, BytesPerSecond link) {
  Node node;
  for (const LocalSteps& steps : hosts.steps) {
    const std::string name = fmt::format("host{}", steps.workers - 1);
    node.workers.push_back(name);
    // A message crosses two links.
    node.links.push_back({name,
                          "switch",
                          {.bandwidth = link,
                           .latency = hosts.link.latency.scaled(0.5),
                           .achievable = std::min(1.0, hosts.link.rate / link)}});
  }
  return {.name = "tcp_namespaces",
          .network = Network(node),
          .device = {.name = "the cores that all hosts share",
                     .fp32 = hosts.fp32,
                     .memory_bandwidth = hosts.updates,
                     .memory = available_memory(),
                     .throughput = throughput_of(hosts.steps)},
          // What real/comm executes between a power of two processes.
          .transport = {.kind = TransportKind::ideal, .algorithm = Algorithm::halving_doubling}};
}

}  // namespace palsim
