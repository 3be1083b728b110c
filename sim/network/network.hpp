// A cluster's network: one node's graph of named vertices joined by full-duplex links, as many
// equal nodes as wanted, and a fabric: one uplink from each node to a switch that costs nothing.
// Ranks count the workers node by node. Only one node's routes are stored, so 100 000 nodes cost no
// more than one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/collectives/plan.hpp"
#include "sim/core/quantity.hpp"

namespace palsim {

// Full duplex: each direction has the bandwidth. Messages reach a fraction of it: protocol headers,
// TCP under a shaper.
struct Link {
  BytesPerSecond bandwidth;
  Duration latency;
  double achievable = 1;  // fraction of the bandwidth, in (0, 1]

  BytesPerSecond reached() const { return bandwidth * achievable; }
};

struct NodeLink {
  std::string first;
  std::string second;
  Link link;
};

struct Node {
  std::vector<std::string> workers;  // the devices that train, in rank order
  std::vector<NodeLink> links;
};

struct Fabric {
  std::string attach;  // the vertex of each node where the uplink starts
  Link uplink;
};

using LinkId = std::uint32_t;  // of one direction of one link of one node

// The links a message crosses, in order, and the sum of their latencies.
struct Route {
  std::vector<LinkId> links = {};
  Duration latency;
};

class Network {
 public:
  // Throws InputError if links do not join what they must; see node_graph.hpp for the routes. A
  // single node without any links has no routes: nothing is known of how its workers are joined.
  explicit Network(Node node, std::int64_t nodes = 1, std::optional<Fabric> fabric = {});

  const Node& node() const { return node_; }
  const std::optional<Fabric>& fabric() const { return fabric_; }

  std::int64_t nodes() const { return nodes_; }
  std::int64_t workers_per_node() const { return workers_; }
  std::int64_t ranks() const { return nodes_ * workers_; }
  std::int64_t node_of(Rank rank) const { return rank / workers_; }

  // Directed links of all nodes are numbered 0, ..., links() - 1.
  std::int64_t links() const { return nodes_ * static_cast<std::int64_t>(reached_.size()); }
  // What messages reach together.
  BytesPerSecond bandwidth(LinkId link) const { return reached_[link % reached_.size()]; }
  // "gpu0 -> bridge0", "bridge0 -> fabric"; with several nodes "node 3: bridge0 -> fabric".
  std::string link_name(LinkId link) const;

  // From one node's attach vertex to another's; zero without a fabric.
  Duration fabric_latency() const { return fabric_latency_; }

  // Between two different ranks. Appends the links to `links`; returns the latency.
  Duration append_route(Rank source, Rank target, std::vector<LinkId>& links) const;
  Route route(Rank source, Rank target) const;

 private:
  Duration append(const Route& route, std::int64_t node, std::vector<LinkId>& links) const;

  Node node_;
  std::optional<Fabric> fabric_;
  std::int64_t nodes_;
  std::int64_t workers_;
  Duration fabric_latency_;
  std::vector<BytesPerSecond> reached_;  // by directed link of a node; the fabric's two are last
  std::vector<Route> between_workers_;   // target * workers + source
  std::vector<Route> to_fabric_;         // up to the switch, by worker
  std::vector<Route> from_fabric_;
};

}  // namespace palsim
