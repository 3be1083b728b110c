#include "sim/network/two_nodes.hpp"

#include "sim/network/collective_plan.hpp"

namespace palsim {
namespace {

bool same_workers_on_each_node(const Network& network, const WorkerGroup& group) {
  const std::int64_t per_node = group.workers_per_node;
  for (std::size_t at = static_cast<std::size_t>(per_node); at < group.ranks.size(); ++at) {
    const Rank like = group.ranks[at % static_cast<std::size_t>(per_node)];
    if ((group.ranks[at] - like) % network.workers_per_node() != 0) return false;
  }
  return true;
}

// So many chains, each like the first.
Order ring_through(const Order& chain, std::int64_t nodes, std::int64_t per_node) {
  NodeChains chains(static_cast<std::size_t>(nodes), chain);
  for (std::int64_t node = 0; node < nodes; ++node) {
    for (Rank& place : chains[static_cast<std::size_t>(node)]) place += node * per_node;
  }
  return joined(chains, RingOrder::node_by_node);
}

}  // namespace

std::optional<TwoNodes> rings_on_two_nodes(const Network& network, const WorkerGroup& group,
                                           Collective collective, Bytes bytes) {
  const std::int64_t per_node = group.workers_per_node;
  if (group.nodes < 3 || per_node == 0 || !same_workers_on_each_node(network, group)) {
    return std::nullopt;
  }
  WorkerGroup two{.nodes = 2, .workers_per_node = per_node};
  for (std::int64_t node = 0; node < 2; ++node) {
    for (std::int64_t at = 0; at < per_node; ++at) {
      const Rank worker = group.ranks[static_cast<std::size_t>(at)] % network.workers_per_node();
      two.ranks.push_back(node * network.workers_per_node() + worker);
    }
  }
  for (std::size_t ring = 0; ring < group.rings.size(); ++ring) {
    const Order& chain = group.chains[ring].front();
    if (group.rings[ring] != ring_through(chain, group.nodes, per_node)) return std::nullopt;
    two.rings.push_back(ring_through(chain, 2, per_node));
  }
  PlacedPlan placed = collective_plan(collective, Algorithm::ring, two, bytes);
  placed.plan.chunks = group.size() * static_cast<std::int64_t>(group.rings.size());
  for (Channel& channel : placed.plan.channels) {
    for (Stage& stage : channel.stages) stage.repeat = group.size() - 1;
  }
  return TwoNodes{Network(network.node(), 2, network.fabric()), std::move(placed)};
}

}  // namespace palsim
