#include "experiments/predict/link_traffic.hpp"

#include <map>

namespace palsim {

std::vector<double> link_traffic(const Meetings& meetings, const Prices& prices,
                                 Communicator& communicator) {
  std::map<std::pair<Collective, Bytes>, std::int64_t> times;
  const auto count = [&](const std::vector<CollectiveUse>& uses, std::int64_t met) {
    for (const CollectiveUse& use : uses) times[{use.collective, use.bytes}] += use.times * met;
  };
  for (std::size_t at = 0; at < prices.all_reduce.size(); ++at) {
    count(prices.all_reduce[at].collectives, meetings.all_reduce[at]);
  }
  for (std::size_t at = 0; at < prices.synchronous.size(); ++at) {
    count(prices.synchronous[at].collectives, meetings.synchronous[at]);
    count(prices.synchronous[at].broadcast.collectives, meetings.synchronous[at]);
  }
  std::vector<double> sum(static_cast<std::size_t>(communicator.network().links()));
  for (const auto& [collective, often] : times) {
    if (often == 0) continue;
    const std::vector<double> one = communicator.link_bytes(collective.first, collective.second);
    for (std::size_t link = 0; link < sum.size(); ++link) {
      sum[link] += one[link] * static_cast<double>(often);
    }
  }
  return sum;
}

}  // namespace palsim
