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

// Nodes whose links are used alike.
struct Kind {
  std::vector<std::int64_t> nodes = {};
  std::vector<double> busiest;  // under each method its busiest link's utilization

  double most() const { return *std::max_element(busiest.begin(), busiest.end()); }
};

struct Choice {
  std::vector<DrawnNode> drawn;
  std::int64_t used = 0;    // nodes that have a worker
  std::int64_t unlike = 0;  // nodes that are like none of those drawn
  // Methods whose busiest link there was no room for.
  std::int64_t missed = 0;
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

  // What tells a node's use from another's, and how busy its busiest link is under each method.
  struct Use {
    std::string figures;
    std::vector<double> busiest;
  };
  Use use_of(std::int64_t node) const {
    Use use;
    for (const MethodPrediction& method : methods_) {
      double& busiest = use.busiest.emplace_back(0);
      for (std::int64_t within = 0; within < per_node_; ++within) {
        const double busy = method.links.at(link(node, within)).utilization;
        use.figures += figure(busy) + ' ';
        busiest = std::max(busiest, busy);
      }
    }
    return use;
  }

  // Sums may differ in the last digits.
  static std::string figure(double utilization) { return fmt::format("{:.9g}", utilization); }

  // The busiest first.
  std::vector<Kind> kinds_of_use(std::int64_t used) const {
    std::map<std::string, Kind> by_use;
    for (std::int64_t node = 0; node < used; ++node) {
      Use use = use_of(node);
      by_use.try_emplace(use.figures, Kind{.busiest = std::move(use.busiest)})
          .first->second.nodes.push_back(node);
    }
    std::vector<Kind> kinds;
    for (auto& [figures, kind] : by_use) kinds.push_back(std::move(kind));
    std::sort(kinds.begin(), kinds.end(), [](const Kind& a, const Kind& b) {
      return a.most() != b.most() ? a.most() > b.most() : a.nodes.front() < b.nodes.front();
    });
    return kinds;
  }

  // Where each method's busiest link is, the busiest methods first; of equal ones the first kind,
  // so that methods share a node where they can.
  std::vector<const Kind*> bottlenecks(const std::vector<Kind>& kinds) const {
    std::vector<std::pair<double, const Kind*>> found;
    for (std::size_t method = 0; method < methods_.size(); ++method) {
      double most = 0;
      for (const Kind& kind : kinds) most = std::max(most, kind.busiest[method]);
      const auto at = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) {
        return figure(kind.busiest[method]) == figure(most);
      });
      found.emplace_back(most, &*at);
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<const Kind*> order;
    for (const auto& [most, kind] : found) order.push_back(kind);
    return order;
  }

  // Each method's bottleneck; then of each kind of use the first node, the busiest kinds first;
  // then any.
  Choice chosen_nodes() const {
    Choice choice;
    choice.used = network_.node_of(workers_ - 1) + 1;
    const std::vector<Kind> kinds = kinds_of_use(choice.used);
    std::set<std::int64_t> numbers;
    const auto insert = [&](std::int64_t node) {
      if (numbers.size() < most_nodes) numbers.insert(node);
    };
    const std::vector<const Kind*> narrow = bottlenecks(kinds);
    for (const Kind* kind : narrow) insert(kind->nodes.front());
    choice.missed = std::count_if(narrow.begin(), narrow.end(), [&](const Kind* kind) {
      return !numbers.contains(kind->nodes.front());
    });
    for (const Kind& kind : kinds) insert(kind.nodes.front());
    for (std::int64_t node = 0; node < choice.used; ++node) insert(node);
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
    if (per_node_ == 0) return "The cluster's file says nothing of how its workers are joined.";
    std::vector<std::string> sentences;
    const auto drawn = static_cast<std::int64_t>(choice.drawn.size());
    if (drawn < choice.used) {
      sentences.push_back(fmt::format("{} of {} drawn.", drawn, counted(choice.used, "node")));
      const std::int64_t alike = choice.used - drawn - choice.unlike;
      if (alike > 0) sentences.push_back(fmt::format("{} used like one of these.", alike));
      if (choice.unlike > 0) {
        sentences.push_back(fmt::format("{} used otherwise{}.", choice.unlike, remark_on(choice)));
      }
    }
    const std::int64_t idle = network_.nodes() - choice.used;
    if (idle > 0) {
      sentences.push_back(fmt::format("{} without a worker left out.", counted(idle, "node")));
    }
    return fmt::format("{}", fmt::join(sentences, " "));
  }

  static std::string remark_on(const Choice& choice) {
    if (choice.missed == 0) return ", none with a busier link";
    return fmt::format(", among them the busiest link of {}", counted(choice.missed, "method"));
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
