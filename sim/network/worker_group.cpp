#include "sim/network/worker_group.hpp"

#include <algorithm>
#include <map>

#include "sim/collectives/ring_order.hpp"
#include "sim/core/error.hpp"
#include "sim/network/ring_search.hpp"

namespace palsim {
namespace {

using Ring = std::vector<std::int64_t>;  // of a node's workers

// Place in the group, by worker of the node.
using Places = std::map<std::int64_t, std::int64_t>;

void check_ranks(const Network& network, const Order& ranks) {
  require<InputError>(!ranks.empty(), "a group of no ranks; write ranks from 0 to {}",
                      network.ranks() - 1);
  Order sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  for (const Rank rank : {sorted.front(), sorted.back()}) {
    require<InputError>(rank >= 0 && rank < network.ranks(),
                        "rank {}, but the cluster has {}; write 0 to {}", rank, network.ranks(),
                        network.ranks() - 1);
  }
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  require<InputError>(twice == sorted.end(), "rank {} twice; write each rank once",
                      twice == sorted.end() ? 0 : *twice);
}

// The node without the workers that take no part, and their links.
Node with_workers(const Node& node, const Places& used) {
  Node part;
  const auto is_left_out = [&](const std::string& vertex) {
    const auto at = std::find(node.workers.begin(), node.workers.end(), vertex);
    return at != node.workers.end() && !used.contains(at - node.workers.begin());
  };
  for (const auto& [worker, place] : used) part.workers.push_back(node.workers[worker]);
  for (const NodeLink& link : node.links) {
    if (!is_left_out(link.first) && !is_left_out(link.second)) part.links.push_back(link);
  }
  return part;
}

std::vector<Ring> rings_through(const Network& network, const Places& used, std::int64_t nodes) {
  const Node part = with_workers(network.node(), used);
  const bool leaves_node = nodes > 1 && network.fabric();
  std::vector<Ring> rings =
      leaves_node ? find_rings(part, network.fabric()->attach) : find_rings(part);
  std::vector<std::int64_t> worker_of;
  for (const auto& [worker, place] : used) worker_of.push_back(worker);
  for (Ring& ring : rings) {
    for (std::int64_t& worker : ring) worker = worker_of[worker];
  }
  return rings;
}

// Those that were given, else those that the links suggest; where no model asks for them, and links
// may be missing, the workers in turn.
std::vector<Ring> rings_of(const Network& network, const Transport& transport, const Places& used,
                           std::int64_t nodes) {
  if (!transport.rings.empty()) return transport.rings;
  if (transport.kind != TransportKind::measured) return rings_through(network, used, nodes);
  return {rank_order(network.workers_per_node())};
}

NodeChains chains_of(const std::vector<Places>& nodes, const Ring& ring) {
  NodeChains chains;
  for (const Places& places : nodes) {
    Order& chain = chains.emplace_back();
    for (const std::int64_t worker : ring) {
      const auto place = places.find(worker);
      if (place != places.end()) chain.push_back(place->second);
    }
  }
  return chains;
}

bool goes_node_by_node(const Network& network, const Order& ranks, std::int64_t per_node) {
  for (std::size_t at = 0; at < ranks.size(); ++at) {
    const std::size_t first = at - at % static_cast<std::size_t>(per_node);
    if (network.node_of(ranks[at]) != network.node_of(ranks[first])) return false;
  }
  return true;
}

}  // namespace

Order joined(const NodeChains& chains, RingOrder ring_order) {
  Order order;
  if (ring_order == RingOrder::node_by_node) {
    for (const Order& chain : chains) order.insert(order.end(), chain.begin(), chain.end());
  } else {
    std::size_t longest = 0;
    for (const Order& chain : chains) longest = std::max(longest, chain.size());
    for (std::size_t at = 0; at < longest; ++at) {
      for (const Order& chain : chains) {
        if (at < chain.size()) order.push_back(chain[at]);
      }
    }
  }
  std::rotate(order.begin(), std::find(order.begin(), order.end(), 0), order.end());
  return order;
}

WorkerGroup worker_group(const Network& network, const Transport& transport, Order ranks) {
  check_ranks(network, ranks);
  std::map<std::int64_t, std::size_t> place_of;  // by node, in the order of their first ranks
  std::vector<Places> nodes;
  for (std::size_t at = 0; at < ranks.size(); ++at) {
    const auto [node, is_new] = place_of.try_emplace(network.node_of(ranks[at]), nodes.size());
    if (is_new) nodes.emplace_back();
    nodes[node->second][ranks[at] % network.workers_per_node()] = static_cast<std::int64_t>(at);
  }
  Places used;  // on any node
  for (const Places& places : nodes) used.insert(places.begin(), places.end());

  WorkerGroup group{.ranks = std::move(ranks), .nodes = static_cast<std::int64_t>(nodes.size())};
  const std::vector<Ring> rings = rings_of(network, transport, used, group.nodes);
  for (const Ring& ring : rings) {
    group.chains.push_back(chains_of(nodes, ring));
    group.rings.push_back(joined(group.chains.back(), transport.ring_order));
  }
  if (group.size() % group.nodes == 0) {
    const std::int64_t per_node = group.size() / group.nodes;
    if (goes_node_by_node(network, group.ranks, per_node)) group.workers_per_node = per_node;
  }
  return group;
}

std::vector<Order> groups_in_nodes(const WorkerGroup& group) {
  std::vector<Order> groups;
  for (auto first = group.ranks.begin(); first != group.ranks.end();
       first += group.workers_per_node) {
    groups.emplace_back(first, first + group.workers_per_node);
  }
  return groups;
}

std::vector<Order> groups_across_nodes(const WorkerGroup& group) {
  std::vector<Order> groups(static_cast<std::size_t>(group.workers_per_node));
  for (std::size_t at = 0; at < group.ranks.size(); ++at) {
    groups[at % groups.size()].push_back(group.ranks[at]);
  }
  return groups;
}

}  // namespace palsim
