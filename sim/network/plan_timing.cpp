#include "sim/network/plan_timing.hpp"

#include <algorithm>

#include "sim/core/error.hpp"
#include "sim/network/plan_run.hpp"

namespace palsim {

std::vector<Duration> time_plans(const Network& network, const std::vector<PlacedPlan>& plans,
                                 TimingOptions options) {
  std::vector<Duration> ends;
  for (const PlacedPlan& placed : plans) {
    check(network, placed);
    const std::vector<Duration>& starts = placed.starts;
    ends.push_back(starts.empty() ? Duration() : *std::max_element(starts.begin(), starts.end()));
  }
  for (const std::vector<ChannelOf>& channels : independent_channels(network, plans)) {
    PlanRun run(lay_out(network, plans, channels, options), options.shortcuts);
    const std::vector<Duration> arrivals = run.finish();
    for (std::size_t at = 0; at < channels.size(); ++at) {
      Duration& end = ends[channels[at].plan];
      end = std::max(end, arrivals[at]);
    }
  }
  return ends;
}

Duration time_plan(const Network& network, const Plan& plan, Bytes bytes, TimingOptions options) {
  std::vector<PlacedPlan> plans(1);
  plans.front().plan = plan;
  plans.front().bytes = bytes;
  return time_plans(network, plans, options).front();
}

}  // namespace palsim
