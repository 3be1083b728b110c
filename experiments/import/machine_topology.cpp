#include "experiments/import/machine_topology.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/core/error.hpp"
#include "topologies/exact_text.hpp"

namespace palsim {
namespace {

// NCCL's latencies per hop (LL, src/graph/tuning.cc): 0.6 us over NVLink, 1 us over PCIe, which
// takes two links.
constexpr Duration nvlink_hop = Duration::nanoseconds(600);
constexpr Duration nvlink_switch_hop = Duration::nanoseconds(300);
constexpr Duration pcie_link = Duration::nanoseconds(500);

bool has_worker(const PcieBranch& branch) {
  return !branch.worker.empty() ||
         std::any_of(branch.children.begin(), branch.children.end(), has_worker);
}

const SourcedRate& slower(const SourcedRate& a, const SourcedRate& b) {
  return b.rate < a.rate ? b : a;
}

// Without the switches that join no worker to anything.
std::vector<PcieBranch> simplified(const std::vector<PcieBranch>& branches) {
  std::vector<PcieBranch> result;
  for (PcieBranch branch : branches) {
    const bool is_switch = branch.worker.empty() && !branch.card;
    branch.children = simplified(branch.children);
    if (!is_switch || (branch.children.size() > 1 && has_worker(branch))) {
      result.push_back(std::move(branch));
      continue;
    }
    for (PcieBranch& child : branch.children) {
      child.up = slower(child.up, branch.up);
      result.push_back(std::move(child));
    }
  }
  return result;
}

struct PlacedCard {
  NetworkCard card;
  std::string vertex;
  BytesPerSecond pcie;  // what its link to the vertex lets through

  BytesPerSecond reached() const { return std::min(*card.rate, pcie); }
};

// Collects the links of a machine's node, with what each is.
class LinkCollection {
 public:
  void add(const std::string& first, const std::string& second, const SourcedRate& rate,
           Duration latency) {
    links.push_back({first, second, {rate.rate, latency}});
    sources.push_back(rate.source);
  }

  void add_branch(const PcieBranch& branch, const std::string& parent) {
    if (branch.card) {
      cards.push_back({*branch.card, parent, branch.up.rate});
      return;
    }
    const std::string name =
        branch.worker.empty() ? fmt::format("pcie{}", switches_++) : branch.worker;
    add(name, parent, branch.up, pcie_link);
    for (const PcieBranch& child : branch.children) add_branch(child, name);
  }

  std::vector<NodeLink> links;
  std::vector<std::string> sources;  // by link
  std::vector<PlacedCard> cards;

 private:
  int switches_ = 0;
};

BytesPerSecond sum_of_rates(const std::vector<PlacedCard>& cards, const std::string& vertex) {
  BytesPerSecond sum;
  for (const PlacedCard& placed : cards) {
    if (vertex.empty() || placed.vertex == vertex) sum += placed.reached();
  }
  return sum;
}

enum class NvLinkSwitch { none, joins_all };

Fabric fabric_of(const std::vector<PlacedCard>& cards, NvLinkSwitch found) {
  require<InputError>(!cards.empty(),
                      "--nodes: the machine has no network card; leave it out, or write nodes and "
                      "[fabric] into the topology file");
  for (const PlacedCard& placed : cards) {
    require<InputError>(placed.card.rate.has_value(),
                        "--nodes: the rate of network card '{}' is not known; write "
                        "--nic-bandwidth 100Gbit/s",
                        placed.card.name);
  }
  std::set<std::string> vertices;
  for (const PlacedCard& placed : cards) vertices.insert(placed.vertex);
  constexpr Duration latency = Duration::nanoseconds(500);
  if (vertices.size() > 1 && found == NvLinkSwitch::joins_all) {
    return {nvlink_switch, {sum_of_rates(cards, ""), latency}};
  }
  const auto slower_vertex = [&](const std::string& a, const std::string& b) {
    return sum_of_rates(cards, a) < sum_of_rates(cards, b);
  };
  const std::string best = *std::max_element(vertices.begin(), vertices.end(), slower_vertex);
  return {best, {sum_of_rates(cards, best), latency}};
}

std::vector<std::string> card_comments(const std::vector<PlacedCard>& cards) {
  std::vector<std::string> lines;
  for (const PlacedCard& placed : cards) {
    std::string line = fmt::format("Network card {} at {}", placed.card.name, placed.vertex);
    if (placed.card.rate) line += ": " + exact_bit_text(*placed.card.rate);
    if (placed.card.rate && placed.pcie < *placed.card.rate) {
      line += fmt::format(", {} over its PCIe link", exact_bit_text(placed.pcie));
    }
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> fabric_comments(const std::vector<PlacedCard>& cards,
                                         const Fabric& fabric) {
  const bool all = fabric.attach == nvlink_switch;
  std::string counted;
  std::string left_out;
  for (const PlacedCard& placed : cards) {
    std::string& list = all || placed.vertex == fabric.attach ? counted : left_out;
    list += (list.empty() ? "" : ", ") + placed.card.name;
  }
  std::vector<std::string> lines{fmt::format("One uplink for {}.", counted)};
  if (all) lines.emplace_back("NCCL's rings reach every card over NVLink.");
  if (!left_out.empty()) {
    lines.push_back(fmt::format("Left out, as they are elsewhere: {}.", left_out));
  }
  lines.emplace_back("Latency: assumption, 1 us from node to node (RDMA); TCP takes 50 us.");
  return lines;
}

}  // namespace

ImportedTopology imported_topology(const Machine& machine, const ImportOptions& options) {
  LinkCollection built;
  auto found = NvLinkSwitch::none;
  for (const NvLinks& nvlinks : machine.nvlinks) {
    const bool to_switch = nvlinks.second == nvlink_switch;
    if (to_switch) found = NvLinkSwitch::joins_all;
    built.add(nvlinks.first, nvlinks.second, nvlinks.rate,
              to_switch ? nvlink_switch_hop : nvlink_hop);
  }
  std::vector<std::string> numa_nodes;
  for (const NumaNode& numa : machine.numa_nodes) {
    for (const PcieBranch& branch : simplified(numa.branches)) built.add_branch(branch, numa.name);
    numa_nodes.push_back(numa.name);
  }
  std::optional<Fabric> fabric;
  if (options.nodes > 1) fabric = fabric_of(built.cards, found);
  // A NUMA node where nothing is leads nowhere.
  std::erase_if(numa_nodes, [&](const std::string& name) {
    const bool linked = std::any_of(built.links.begin(), built.links.end(),
                                    [&](const NodeLink& link) { return link.second == name; });
    return !linked && !(fabric && fabric->attach == name);
  });
  for (std::size_t a = 0; a < numa_nodes.size(); ++a) {
    for (std::size_t b = a + 1; b < numa_nodes.size(); ++b) {
      built.add(numa_nodes[a], numa_nodes[b], machine.between_numa_nodes, pcie_link);
    }
  }

  TopologyComments comments;
  comments.head = {options.source};
  comments.node = machine.notes;
  comments.node.emplace_back(
      "Latencies: prior, NCCL's hops (LL): 0.6 us over NVLink, 1 us over PCIe, in halves on each "
      "link.");
  for (const std::string& line : card_comments(built.cards)) comments.node.push_back(line);
  comments.links = built.sources;
  if (fabric) comments.fabric = fabric_comments(built.cards, *fabric);
  comments.device = {options.device_source};
  Transport transport;
  transport.kind = TransportKind::nccl;
  transport.node_links = machine.nvlinks.empty() ? NodeLinks::pcie : NodeLinks::nvlink;
  return {{.name = options.name,
           .network = Network({machine.workers, built.links}, options.nodes, fabric),
           .device = options.device,
           .transport = transport},
          comments};
}

}  // namespace palsim
