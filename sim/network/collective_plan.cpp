#include "sim/network/collective_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/hierarchical_all_reduce.hpp"
#include "sim/collectives/point_to_point.hpp"
#include "sim/collectives/ring_all_gather.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/ring_reduce_scatter.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// In the first node, whose workers come first in the group.
std::vector<Order> rings_in_a_node(const WorkerGroup& group) {
  std::vector<Order> rings;
  for (const NodeChains& chains : group.chains) rings.push_back(chains.front());
  return rings;
}

Plan tree_plan(const WorkerGroup& group, const PlanOptions& options) {
  if (options.tree == TreeShape::ranks) return tree_all_reduce(group.size(), options.pieces);
  return tree_all_reduce(group.chains, options.pieces);
}

Plan all_reduce_plan(Algorithm algorithm, const WorkerGroup& group, const PlanOptions& options) {
  switch (algorithm) {
    case Algorithm::ring:
      return ring_all_reduce(group.rings);
    case Algorithm::tree:
      return tree_plan(group, options);
    case Algorithm::halving_doubling:
      return halving_doubling_all_reduce(group.size());
    case Algorithm::hierarchical:
      return hierarchical_all_reduce(group.nodes, rings_in_a_node(group));
    case Algorithm::automatic:
      break;
  }
  throw InternalError("a plan of no particular algorithm");
}

// Over the places in the group.
Plan plan_in_group(Collective collective, Algorithm algorithm, const WorkerGroup& group,
                   const PlanOptions& options) {
  switch (collective) {
    case Collective::all_reduce:
      return all_reduce_plan(algorithm, group, options);
    case Collective::reduce_scatter:
      return ring_reduce_scatter(group.rings);
    case Collective::all_gather:
      return ring_all_gather(group.rings);
    case Collective::broadcast:
      return chain_broadcast(group.rings, options.pieces);
    case Collective::point_to_point:
      break;
  }
  return point_to_point(group.size(), 0, 1);
}

}  // namespace

std::vector<Algorithm> algorithms_for(Collective collective,
                                      const std::vector<WorkerGroup>& groups) {
  if (collective != Collective::all_reduce) return {Algorithm::ring};
  std::vector<Algorithm> algorithms{Algorithm::ring, Algorithm::halving_doubling, Algorithm::tree};
  if (std::all_of(groups.begin(), groups.end(), [](const WorkerGroup& group) {
        return group.nodes > 1 && group.workers_per_node > 1;
      })) {
    algorithms.insert(algorithms.begin() + 1, Algorithm::hierarchical);
  }
  return algorithms;
}

std::string obstacle_to(const Transport& transport, std::int64_t nodes,
                        std::int64_t workers_per_node) {
  if (nodes == 1 && workers_per_node == 1) return "";  // nothing is ever sent
  if (transport.algorithm == Algorithm::halving_doubling && transport.kind == TransportKind::nccl) {
    return "algorithm = \"halving_doubling\": NCCL has none; write \"ring\", \"tree\" or "
           "\"hierarchical\", or kind = \"ideal\"";
  }
  if (transport.kind == TransportKind::measured) {
    if (nodes > 1) {
      return "kind = \"measured\" tells of the workers of one node; write one node, or kind = "
             "\"ideal\"";
    }
    if (transport.algorithm != Algorithm::automatic) {
      return "an algorithm does not go with kind = \"measured\"; leave it out";
    }
  }
  if (transport.algorithm == Algorithm::hierarchical && (nodes == 1 || workers_per_node < 2)) {
    return fmt::format(
        "algorithm = \"hierarchical\" needs several nodes with equally many workers, two or more, "
        "on each; here are {}; write \"ring\", \"tree\" or \"auto\"",
        nodes == 1              ? "workers of one node"
        : workers_per_node == 1 ? "nodes of one worker"
                                : "nodes with unequal numbers of workers");
  }
  return "";
}

PlacedPlan collective_plan(Collective collective, Algorithm algorithm, const WorkerGroup& group,
                           Bytes bytes, const PlanOptions& options) {
  PlacedPlan placed{plan_in_group(collective, algorithm, group, options), bytes};
  if (group.ranks != rank_order(group.size())) placed.ranks = group.ranks;
  return placed;
}

std::vector<PlacedPlan> collective_plans(Collective collective, Algorithm algorithm,
                                         const std::vector<WorkerGroup>& groups, Bytes bytes,
                                         const PlanOptions& options) {
  std::vector<PlacedPlan> plans;
  for (const WorkerGroup& group : groups) {
    plans.push_back(collective_plan(collective, algorithm, group, bytes, options));
  }
  return plans;
}

}  // namespace palsim
