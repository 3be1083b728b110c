#include "sim/network/bus_bandwidth.hpp"

#include <algorithm>
#include <cmath>

#include "sim/network/collective_plan.hpp"
#include "sim/network/plan_timing.hpp"

namespace palsim {
namespace {

// Every rank of the chains sends at once, as in the middle of a long broadcast.
void begin_all_at_once(Plan& plan) {
  for (Channel& channel : plan.channels) {
    for (Stage& stage : channel.stages) {
      for (Send& send : stage.sends) send.lag = 0;
    }
  }
}

// Without latencies time is proportional to bytes, so one size will do, equal for all groups:
// chunks of about 10 ms or more, that rounding to the nanosecond is lost in.
Bytes large_buffer(const Network& network, const std::vector<PlacedPlan>& plans) {
  Bytes most;
  for (const PlacedPlan& plan : plans) {
    const Send& send = plan.plan.channels[0].stages[0].sends[0];
    const Route first =
        network.route(network_rank(plan, send.source), network_rank(plan, send.target));
    const Bytes chunk(1 + std::llround(network.bandwidth(first.links.front()).count() * 0.01));
    most = std::max(most, chunk * plan.plan.chunks);
  }
  return most;
}

}  // namespace

std::vector<BytesPerSecond> bus_bandwidths(const Network& network,
                                           const std::vector<WorkerGroup>& groups,
                                           Collective collective) {
  std::vector<PlacedPlan> plans =
      collective_plans(collective, Algorithm::ring, groups, Bytes(0), {});
  const Bytes bytes = large_buffer(network, plans);
  for (PlacedPlan& plan : plans) {
    plan.bytes = bytes;
    if (collective == Collective::broadcast) begin_all_at_once(plan.plan);
  }
  const std::vector<Duration> ends = time_plans(network, plans, {.latency = Latency::ignored});
  std::vector<BytesPerSecond> rates;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const double factor = bus_factor(collective, groups[group].size());
    rates.emplace_back(factor * static_cast<double>(bytes.count()) / ends[group].in_seconds());
  }
  return rates;
}

}  // namespace palsim
