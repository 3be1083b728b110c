#include "experiments/report/topology_drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/command/counted.hpp"

namespace palsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_nodes = 4;

struct DrawnNode {
  std::int64_t number = 0;
  std::int64_t like = 1;  // how many nodes it stands for
};

struct Choice {
  std::vector<DrawnNode> drawn;
  std::int64_t used = 0;    // nodes that have a worker
  std::int64_t unlike = 0;  // nodes that are like none of those drawn
};

class Drawing {
 public:
  Drawing(const Network& network, Rank workers, const std::vector<MethodPrediction>& methods)
      : network_(network),
        workers_(workers),
        methods_(methods),
        per_node_(network.links() / network.nodes()) {}

  Json object() const {
    const Choice choice = chosen_nodes();
    Json vertices = Json::array();
    Json links = Json::array();
    for (const DrawnNode& node : choice.drawn) {
      add_vertices(vertices, node.number);
      for (std::int64_t within = 0; within < per_node_; ++within) {
        links.push_back(link_object(node, within));
      }
    }
    if (network_.fabric()) {
      vertices.push_back({{"id", "fabric"}, {"name", "fabric"}, {"kind", "fabric"}});
      vertices.back()["node"] = nullptr;
    }
    return {{"vertices", std::move(vertices)},
            {"links", std::move(links)},
            {"utilization", utilization(choice)},
            {"note", note(choice)}};
  }

 private:
  LinkId link(std::int64_t node, std::int64_t within) const {
    return static_cast<LinkId>(node * per_node_ + within);
  }

  // What tells a node's use from another's, and how busy its busiest link is.
  struct Use {
    std::string figures;
    double busiest = 0;
  };
  Use use_of(std::int64_t node) const {
    Use use;
    for (const MethodPrediction& method : methods_) {
      for (std::int64_t within = 0; within < per_node_; ++within) {
        const double busy = method.links.at(link(node, within)).utilization;
        use.figures += fmt::format("{:.9g} ", busy);  // sums may differ in the last digits
        use.busiest = std::max(use.busiest, busy);
      }
    }
    return use;
  }

  // Of each kind of use the first node, the busiest kinds first; then any.
  Choice chosen_nodes() const {
    struct Kind {
      std::vector<std::int64_t> nodes;
      double busiest = 0;
    };
    Choice choice;
    choice.used = network_.node_of(workers_ - 1) + 1;
    std::map<std::string, Kind> by_use;
    for (std::int64_t node = 0; node < choice.used; ++node) {
      const Use use = use_of(node);
      Kind& kind = by_use[use.figures];
      kind.nodes.push_back(node);
      kind.busiest = use.busiest;
    }
    std::vector<Kind> kinds;
    for (auto& [figures, kind] : by_use) kinds.push_back(std::move(kind));
    std::sort(kinds.begin(), kinds.end(), [](const Kind& a, const Kind& b) {
      return a.busiest != b.busiest ? a.busiest > b.busiest : a.nodes.front() < b.nodes.front();
    });
    std::set<std::int64_t> numbers;
    for (const Kind& kind : kinds) {
      if (numbers.size() < most_nodes) numbers.insert(kind.nodes.front());
    }
    for (std::int64_t node = 0; node < choice.used && numbers.size() < most_nodes; ++node) {
      numbers.insert(node);
    }
    for (const Kind& kind : kinds) {
      auto left = static_cast<std::int64_t>(kind.nodes.size());
      std::vector<DrawnNode> drawn;
      for (const std::int64_t node : kind.nodes) {
        if (numbers.contains(node)) drawn.push_back({node});
      }
      left -= static_cast<std::int64_t>(drawn.size());
      if (drawn.empty()) {
        choice.unlike += left;
        continue;
      }
      drawn.back().like += left;
      choice.drawn.insert(choice.drawn.end(), drawn.begin(), drawn.end());
    }
    std::sort(choice.drawn.begin(), choice.drawn.end(),
              [](const DrawnNode& a, const DrawnNode& b) { return a.number < b.number; });
    return choice;
  }

  static std::string id_of(std::int64_t node, const std::string& name) {
    return fmt::format("{}:{}", node, name);
  }

  void add_vertices(Json& vertices, std::int64_t number) const {
    const Node& node = network_.node();
    std::set<std::string> others;
    for (const NodeLink& link : node.links) others.insert({link.first, link.second});
    Rank rank = number * network_.workers_per_node();
    for (const std::string& worker : node.workers) {
      vertices.push_back(
          {{"id", id_of(number, worker)}, {"name", worker}, {"kind", "worker"}, {"node", number}});
      if (rank < workers_) vertices.back()["rank"] = rank;
      ++rank;
      others.erase(worker);
    }
    for (const std::string& other : others) {
      vertices.push_back(
          {{"id", id_of(number, other)}, {"name", other}, {"kind", "switch"}, {"node", number}});
    }
  }

  // As Network::link_name has it: two directions of each link, the fabric's last.
  Json link_object(const DrawnNode& node, std::int64_t within) const {
    const std::vector<NodeLink>& own = network_.node().links;
    const auto at = static_cast<std::size_t>(within / 2);
    std::string from = id_of(node.number, at < own.size() ? own[at].first : attach());
    std::string to = at < own.size() ? id_of(node.number, own[at].second) : "fabric";
    if (within % 2 == 1) std::swap(from, to);
    const LinkId id = link(node.number, within);
    return {{"from", std::move(from)},
            {"to", std::move(to)},
            {"name", network_.link_name(id)},
            {"bandwidth_Bps", methods_.front().links.at(id).bandwidth.count()},
            {"like", node.like}};
  }

  std::string attach() const { return network_.fabric()->attach; }

  Json utilization(const Choice& choice) const {
    Json list = Json::array();
    for (const MethodPrediction& method : methods_) {
      Json by_link = Json::array();
      for (const DrawnNode& node : choice.drawn) {
        for (std::int64_t within = 0; within < per_node_; ++within) {
          by_link.push_back(method.links.at(link(node.number, within)).utilization);
        }
      }
      list.push_back({{"label", method.label}, {"by_link", std::move(by_link)}});
    }
    return list;
  }

  std::string note(const Choice& choice) const {
    std::string text;
    const auto drawn = static_cast<std::int64_t>(choice.drawn.size());
    if (drawn < choice.used) {
      text = fmt::format("{} of {} drawn.", drawn, counted(choice.used, "node"));
      const std::int64_t alike = choice.used - drawn - choice.unlike;
      if (alike > 0) text += fmt::format(" {} used like one of these.", alike);
      if (choice.unlike > 0) {
        text += fmt::format(" {} used otherwise, none with a busier link.", choice.unlike);
      }
    }
    const std::int64_t idle = network_.nodes() - choice.used;
    if (idle > 0) {
      text += fmt::format("{}{} without a worker left out.", text.empty() ? "" : " ",
                          counted(idle, "node"));
    }
    if (per_node_ == 0) {
      text += "The cluster's file says nothing of how its workers are joined.";
    }
    return text;
  }

  const Network& network_;
  Rank workers_;
  const std::vector<MethodPrediction>& methods_;
  std::int64_t per_node_;  // directed links
};

}  // namespace

Json topology_drawing(const Network& network, Rank workers,
                      const std::vector<MethodPrediction>& methods) {
  return Drawing(network, workers, methods).object();
}

}  // namespace palsim
