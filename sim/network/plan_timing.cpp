#include "sim/network/plan_timing.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {

std::vector<Duration> time_plans(const Network& network, const std::vector<PlacedPlan>& plans,
                                 TimingOptions options) {
  std::vector<Duration> ends;
  std::vector<PlacedPlan> sending = plans;
  for (PlacedPlan& placed : sending) {
    check(network, placed);
    const std::vector<Duration>& starts = placed.starts;
    ends.push_back(starts.empty() ? Duration() : *std::max_element(starts.begin(), starts.end()));
    if (placed.bytes == Bytes(0)) placed.plan.channels.clear();
  }
  for (const std::vector<ChannelOf>& channels : independent_channels(network, sending)) {
    PlanRun run(lay_out(network, sending, channels, options.latency), options.shortcuts);
    const std::vector<Duration> arrivals = run.finish();
    for (std::size_t at = 0; at < channels.size(); ++at) {
      Duration& end = ends[channels[at].plan];
      end = std::max(end, arrivals[at]);
    }
  }
  return ends;
}

Duration time_plan(const Network& network, const Plan& plan, Bytes bytes, TimingOptions options) {
  return time_plans(network, {{.plan = plan, .bytes = bytes}}, options).front();
}

}  // namespace palsim
