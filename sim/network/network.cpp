#include "sim/network/network.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

#include "sim/core/error.hpp"
#include "sim/network/node_graph.hpp"

namespace palsim {

Network::Network(Node node, std::int64_t nodes, std::optional<Fabric> fabric)
    : node_(std::move(node)),
      fabric_(std::move(fabric)),
      nodes_(nodes),
      workers_(static_cast<std::int64_t>(node_.workers.size())) {
  require<InputError>(workers_ >= 1, "a node without workers");
  require<InputError>(nodes >= 1, "{} nodes", nodes);
  require<InputError>(nodes == 1 || fabric_, "{} nodes without a fabric between them", nodes);

  if (workers_ > 1 && node_.links.empty() && !fabric_) return;
  const NodeGraph graph(node_);
  for (const NodeLink& link : node_.links) {
    reached_.insert(reached_.end(), 2, link.link.reached());
  }
  for (const std::string& target : node_.workers) {
    std::vector<Route> routes = graph.routes(node_.workers, target);
    std::move(routes.begin(), routes.end(), std::back_inserter(between_workers_));
  }
  if (fabric_) {
    require<InputError>(graph.has(fabric_->attach), "no vertex of the node is named '{}'",
                        fabric_->attach);
    fabric_latency_ = 2 * fabric_->uplink.latency;
    const auto up = static_cast<LinkId>(reached_.size());
    reached_.insert(reached_.end(), 2, fabric_->uplink.reached());
    to_fabric_ = graph.routes(node_.workers, fabric_->attach);
    for (Route& route : to_fabric_) {
      route.links.push_back(up);
      route.latency += fabric_->uplink.latency;
    }
    for (const std::string& worker : node_.workers) {
      Route route = graph.routes({fabric_->attach}, worker).front();
      route.links.insert(route.links.begin(), up + 1);
      route.latency += fabric_->uplink.latency;
      from_fabric_.push_back(std::move(route));
    }
  }
  require<InputError>(links() < std::numeric_limits<LinkId>::max(),
                      "{} nodes have more links than can be numbered", nodes);
}

std::string Network::link_name(LinkId link) const {
  const std::size_t within = link % reached_.size();
  std::string from =
      within / 2 < node_.links.size() ? node_.links[within / 2].first : fabric_->attach;
  std::string to = within / 2 < node_.links.size() ? node_.links[within / 2].second : "fabric";
  if (within % 2 == 1) std::swap(from, to);
  const std::string name = from + " -> " + to;
  return nodes_ == 1 ? name : "node " + std::to_string(link / reached_.size()) + ": " + name;
}

Duration Network::append(const Route& route, std::int64_t node, std::vector<LinkId>& links) const {
  const auto base = static_cast<LinkId>(node * static_cast<std::int64_t>(reached_.size()));
  for (const LinkId link : route.links) links.push_back(base + link);
  return route.latency;
}

Duration Network::append_route(Rank source, Rank target, std::vector<LinkId>& links) const {
  require(source >= 0 && source < ranks() && target >= 0 && target < ranks() && source != target,
          "a route from rank {} to rank {} of {}", source, target, ranks());
  require<InputError>(!between_workers_.empty(),
                      "no links join the node's workers; write links in [node]");
  const std::int64_t source_node = node_of(source);
  const std::int64_t target_node = node_of(target);
  const std::int64_t source_worker = source % workers_;
  const std::int64_t target_worker = target % workers_;
  if (source_node == target_node) {
    return append(between_workers_[target_worker * workers_ + source_worker], source_node, links);
  }
  const Duration up = append(to_fabric_[source_worker], source_node, links);
  return up + append(from_fabric_[target_worker], target_node, links);
}

Route Network::route(Rank source, Rank target) const {
  Route route;
  route.latency = append_route(source, target, route.links);
  return route;
}

}  // namespace palsim
