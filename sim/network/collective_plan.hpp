// Which plan carries out a collective with an algorithm over a group of workers.
#pragma once

#include <string>
#include <vector>

#include "sim/collectives/collective.hpp"
#include "sim/core/quantity.hpp"
#include "sim/network/placed_plan.hpp"
#include "sim/network/transport.hpp"
#include "sim/network/worker_group.hpp"

namespace palsim {

// The algorithms that all of the groups can run: all-reduce any of them, hierarchical only if each
// has as many workers, two or more, on each of several nodes; the others rings (a broadcast chains
// along them; point-to-point is one send from the first to the second of two).
std::vector<Algorithm> algorithms_for(Collective collective,
                                      const std::vector<WorkerGroup>& groups);

// Why workers on so many nodes, so many on each (0: not equally many), cannot run the transport's
// algorithm, and what to write; empty if they can.
std::string obstacle_to(const Transport& transport, std::int64_t nodes,
                        std::int64_t workers_per_node);

// What trees are made of: double binary trees of all ranks, or NCCL's, which have chains in the
// nodes, one for each ring.
enum class TreeShape { ranks, chains_in_nodes };

struct PlanOptions {
  std::int64_t pieces = 1;  // into how many a tree or a chain cuts its share of the buffer
  TreeShape tree = TreeShape::ranks;
};

PlacedPlan collective_plan(Collective collective, Algorithm algorithm, const WorkerGroup& group,
                           Bytes bytes, const PlanOptions& options = {});

// Of each group.
std::vector<PlacedPlan> collective_plans(Collective collective, Algorithm algorithm,
                                         const std::vector<WorkerGroup>& groups, Bytes bytes,
                                         const PlanOptions& options);

}  // namespace palsim
