#include "sim/collectives/hierarchical_all_reduce.hpp"

#include "sim/collectives/ring_turn.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// One ring in each node, all over the whole share.
std::vector<Ring> rings_in_nodes(std::int64_t nodes, const Order& within_node) {
  const auto workers = static_cast<std::int64_t>(within_node.size());
  std::vector<Ring> rings;
  for (std::int64_t node = 0; node < nodes; ++node) {
    Ring ring;
    for (const Rank worker : within_node) ring.members.push_back(node * workers + worker);
    rings.push_back(std::move(ring));
  }
  return rings;
}

// One ring through all nodes for each place in theirs, over the shard that they left there.
std::vector<Ring> rings_across_nodes(std::int64_t nodes, const Order& within_node) {
  const auto workers = static_cast<std::int64_t>(within_node.size());
  std::vector<Ring> rings;
  for (const Rank worker : within_node) {
    Ring ring{.first_chunk = static_cast<std::int64_t>(rings.size()) * nodes};
    for (std::int64_t node = 0; node < nodes; ++node) {
      ring.members.push_back(node * workers + worker);
    }
    rings.push_back(std::move(ring));
  }
  return rings;
}

}  // namespace

Plan hierarchical_all_reduce(std::int64_t nodes, const std::vector<Order>& within_node) {
  require(nodes >= 1, "an all-reduce over {} nodes", nodes);
  check_orders(within_node);
  const auto workers = static_cast<std::int64_t>(within_node.front().size());
  const std::int64_t ranks = nodes * workers;
  Plan plan{.ranks = ranks, .chunks = ranks * static_cast<std::int64_t>(within_node.size())};
  if (ranks == 1) return plan;
  for (const Order& order : within_node) {
    const auto before = static_cast<std::int64_t>(plan.channels.size());
    const std::vector<Ring> inside = rings_in_nodes(nodes, order);
    const std::vector<Ring> across = rings_across_nodes(nodes, order);
    Channel channel{.chunks = chunk_range(before * ranks, ranks)};
    if (workers > 1) channel.stages.push_back(turn(inside, nodes, Combine::reduce));
    if (nodes > 1) channel.stages.push_back(turn(across, 1, Combine::reduce));
    if (nodes > 1) channel.stages.push_back(turn(across, 1, Combine::copy));
    if (workers > 1) channel.stages.push_back(turn(inside, nodes, Combine::copy));
    plan.channels.push_back(std::move(channel));
  }
  return plan;
}

Plan hierarchical_all_reduce(std::int64_t nodes, std::int64_t workers_per_node) {
  return hierarchical_all_reduce(nodes, std::vector<Order>{rank_order(workers_per_node)});
}

}  // namespace palsim
