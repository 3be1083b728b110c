#include "sim/network/plan_layout.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

#include "sim/core/error.hpp"
#include "sim/network/flow_set.hpp"

namespace palsim {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

using Plans = std::vector<PlacedPlan>;
using Channels = std::vector<ChannelOf>;

// Visits every send: visit(channel's place in `channels`, stage's place, stage, send).
template <class Visit>
void for_each_send(const Plans& plans, const Channels& channels, Visit visit) {
  for (std::uint32_t at = 0; at < channels.size(); ++at) {
    const Channel& channel = plans[channels[at].plan].plan.channels[channels[at].channel];
    for (std::uint32_t stage = 0; stage < channel.stages.size(); ++stage) {
      for (const Send& send : channel.stages[stage].sends) {
        visit(at, stage, channel.stages[stage], send);
      }
    }
  }
}

Duration append_route(const Network& network, const PlacedPlan& placed, const Send& send,
                      std::vector<LinkId>& links) {
  return network.append_route(network_rank(placed, send.source), network_rank(placed, send.target),
                              links);
}

struct Routes {
  std::vector<std::uint32_t> first_hop{0};  // by send, one more
  std::vector<LinkId> hops = {};
};

// Whether two sends that cross one link can never do so at the same time: same channel, same ends,
// different stages.
struct Crossing {
  std::uint32_t channel = none;
  std::uint32_t stage = 0;
  Rank source = 0;
  Rank target = 0;
  bool takes_turns_with(const Crossing& other) const {
    return channel == other.channel && source == other.source && target == other.target &&
           stage != other.stage;
  }
};

std::vector<char> find_shared_links(const Network& network, const Plans& plans,
                                    const Channels& channels, const Routes& routes) {
  std::vector<Crossing> last(static_cast<std::size_t>(network.links()));
  std::vector<char> shared(last.size());
  SendId id = 0;
  for_each_send(plans, channels,
                [&](std::uint32_t channel, std::uint32_t stage, const Stage&, const Send& send) {
                  const Crossing crossing{channel, stage, send.source, send.target};
                  for (std::uint32_t hop = routes.first_hop[id]; hop < routes.first_hop[id + 1];
                       ++hop) {
                    const LinkId link = routes.hops[hop];
                    const bool first = last[link].channel == none;
                    if (!first && !crossing.takes_turns_with(last[link])) shared[link] = 1;
                    last[link] = crossing;
                  }
                  ++id;
                });
  return shared;
}

// Lists the messages by (channel, rank) and, within, by stage: the chains and their parts.
void build_parts(const Plans& plans, const Channels& channels, PlanLayout& layout) {
  std::vector<std::size_t> first_place{0};  // by channel, one more
  for (const ChannelOf& of : channels) {
    first_place.push_back(first_place.back() + static_cast<std::size_t>(plans[of.plan].plan.ranks));
  }
  const auto place_of = [&](std::uint32_t channel, Rank rank) {
    return first_place[channel] + static_cast<std::size_t>(rank);
  };
  std::vector<std::uint32_t> first_entry(first_place.back() + 1);
  for_each_send(plans, channels,
                [&](std::uint32_t channel, std::uint32_t, const Stage&, const Send& send) {
                  ++first_entry[place_of(channel, send.source) + 1];
                  ++first_entry[place_of(channel, send.target) + 1];
                });
  std::partial_sum(first_entry.begin(), first_entry.end(), first_entry.begin());

  layout.sends_of_parts.resize(first_entry.back());
  std::vector<std::uint32_t> stages(first_entry.back());
  std::vector<std::uint32_t> next = first_entry;
  SendId id = 0;
  for_each_send(plans, channels,
                [&](std::uint32_t channel, std::uint32_t stage, const Stage&, const Send& send) {
                  for (const Rank rank : {send.source, send.target}) {
                    const std::uint32_t entry = next[place_of(channel, rank)]++;
                    layout.sends_of_parts[entry] = id;
                    stages[entry] = stage;
                  }
                  ++id;
                });

  std::uint32_t channel = 0;
  for (std::size_t place = 0; place + 1 < first_entry.size(); ++place) {
    while (place == first_place[channel + 1]) ++channel;
    if (first_entry[place] == first_entry[place + 1]) continue;
    const auto chain = static_cast<ChainId>(layout.chains.size());
    layout.chains.push_back(
        {static_cast<PartId>(layout.parts.size()), channel,
         start_of(plans[channels[channel].plan], static_cast<Rank>(place - first_place[channel]))});
    for (std::uint32_t entry = first_entry[place]; entry < first_entry[place + 1]; ++entry) {
      PlanLayout::Message& message = layout.sends[layout.sends_of_parts[entry]];
      if (entry == first_entry[place] || stages[entry] != stages[entry - 1]) {
        layout.parts.push_back(
            {chain, entry, message.first, message.first, message.end, message.end});
      }
      const auto part_id = static_cast<PartId>(layout.parts.size() - 1);
      PlanLayout::Part& part = layout.parts.back();
      part.first = std::min(part.first, message.first);
      part.steady_first = std::max(part.steady_first, message.first);
      part.steady_end = std::min(part.steady_end, message.end);
      part.end = std::max(part.end, message.end);
      message.ends[message.ends[0] == none ? 0 : 1] = part_id;
    }
  }
  layout.parts.push_back({.first_send = first_entry.back()});
  layout.chains.push_back({.first_part = static_cast<PartId>(layout.parts.size() - 1)});
}

}  // namespace

PlanLayout lay_out(const Network& network, const Plans& plans, const Channels& channels,
                   TimingOptions options) {
  const bool counts_latency = options.latency == Latency::counted;
  PlanLayout layout;
  layout.channels = static_cast<std::uint32_t>(channels.size());
  Routes routes;
  for_each_send(plans, channels,
                [&](std::uint32_t channel, std::uint32_t, const Stage& stage, const Send& send) {
                  const PlacedPlan& placed = plans[channels[channel].plan];
                  const Duration waits = append_route(network, placed, send, routes.hops);
                  const double chunk_bytes = static_cast<double>(placed.bytes.count()) /
                                             static_cast<double>(placed.plan.chunks);
                  routes.first_hop.push_back(static_cast<std::uint32_t>(routes.hops.size()));
                  layout.sends.push_back({.ends = {none, none},
                                          .first = send.lag,
                                          .end = send.lag + stage.repeat,
                                          .bytes = chunk_bytes * static_cast<double>(send.chunks),
                                          .latency = counts_latency ? waits : Duration()});
                });
  require<InputError>(routes.hops.size() < none,
                      "the plans have {} hops: more than can be numbered", routes.hops.size());
  build_parts(plans, channels, layout);

  // Sends that share no link take the same time whenever they start.
  const std::vector<char> is_shared = find_shared_links(network, plans, channels, routes);
  std::vector<std::uint32_t> place(is_shared.size(), none);
  for (SendId id = 0; id < layout.sends.size(); ++id) {
    PlanLayout::Message& send = layout.sends[id];
    const auto first = routes.hops.begin() + routes.first_hop[id];
    const auto end = routes.hops.begin() + routes.first_hop[id + 1];
    BytesPerSecond narrowest = network.bandwidth(*first);
    for (auto link = first; link != end; ++link) {
      narrowest = std::min(narrowest, network.bandwidth(*link));
    }
    // As FlowSet rounds it, to the nanosecond.
    const Duration alone =
        send.latency + Duration::seconds(as_counted(send.bytes) / narrowest.count());
    const bool shares = std::any_of(first, end, [&](LinkId link) { return is_shared[link] != 0; });
    if (options.shortcuts != Shortcuts::none && !shares && alone > Duration()) {
      send.alone = alone;
    } else {
      for (auto link = first; link != end; ++link) {
        if (place[*link] == none) {
          place[*link] = static_cast<std::uint32_t>(layout.shared.capacity_bytes_per_s.size());
          layout.shared.capacity_bytes_per_s.push_back(network.bandwidth(*link).count());
        }
        layout.shared.hops.push_back(place[*link]);
      }
    }
    layout.shared.first_hop.push_back(static_cast<std::uint32_t>(layout.shared.hops.size()));
  }
  return layout;
}

std::vector<Channels> independent_channels(const Network& network, const Plans& plans) {
  Channels all;
  for (std::size_t plan = 0; plan < plans.size(); ++plan) {
    if (plans[plan].bytes == Bytes(0)) continue;
    for (std::size_t at = 0; at < plans[plan].plan.channels.size(); ++at) all.push_back({plan, at});
  }
  if (all.size() == 1) return {all};
  std::vector<std::size_t> leader(all.size());
  std::iota(leader.begin(), leader.end(), std::size_t{0});
  const auto find = [&](std::size_t channel) {
    while (leader[channel] != channel) channel = leader[channel];
    return channel;
  };
  std::vector<std::uint32_t> user(static_cast<std::size_t>(network.links()), none);
  std::vector<LinkId> route;
  for_each_send(plans, all,
                [&](std::uint32_t channel, std::uint32_t, const Stage&, const Send& send) {
                  route.clear();
                  append_route(network, plans[all[channel].plan], send, route);
                  for (const LinkId link : route) {
                    if (user[link] == none) user[link] = channel;
                    const std::size_t a = find(user[link]);
                    const std::size_t b = find(channel);
                    leader[std::max(a, b)] = std::min(a, b);
                  }
                });
  std::vector<Channels> sets(all.size());
  for (std::size_t channel = 0; channel < all.size(); ++channel) {
    sets[find(channel)].push_back(all[channel]);
  }
  std::erase_if(sets, [](const auto& set) { return set.empty(); });
  return sets;
}

}  // namespace palsim
