// Ranks of a cluster that carry out collectives together, and the rings through them. Rings follow
// the topology: they stay on a node, and in a node go where its links are widest, before they move
// on.
#pragma once

#include <vector>

#include "sim/collectives/ring_order.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/network/network.hpp"
#include "sim/network/transport.hpp"

namespace palsim {

struct WorkerGroup {
  Order ranks;               // of the network, each once; the first is a broadcast's root
  std::vector<Order> rings;  // of places in `ranks`, each starting at place 0
  // By ring: its parts in each node, from where it enters.
  std::vector<NodeChains> chains;
  std::int64_t nodes = 1;  // that the ranks are on
  // On each of its nodes, where that is the same number and the ranks go node by node; else 0.
  std::int64_t workers_per_node = 0;

  std::int64_t size() const { return static_cast<std::int64_t>(ranks.size()); }
};

// Throws InputError for a rank that the network does not have or that comes twice.
WorkerGroup worker_group(const Network& network, const Transport& transport, Order ranks);

// A ring of its parts: through one node after the other, or round the nodes again and again; from
// place 0 on.
Order joined(const NodeChains& chains, RingOrder ring_order);

// The parts of an evenly spread group: its workers on each node, and the first, second, ... workers
// of all its nodes.
std::vector<Order> groups_in_nodes(const WorkerGroup& group);
std::vector<Order> groups_across_nodes(const WorkerGroup& group);

}  // namespace palsim
