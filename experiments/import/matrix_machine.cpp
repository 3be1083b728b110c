#include "experiments/import/matrix_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "experiments/import/nccl_rates.hpp"
#include "sim/core/error.hpp"
#include "topologies/exact_text.hpp"

namespace palsim {
namespace {

// Devices that are in one group, by the group's first device.
class Groups {
 public:
  explicit Groups(std::size_t devices) : first_(devices) {
    std::iota(first_.begin(), first_.end(), std::size_t{0});
  }
  std::size_t of(std::size_t device) const { return first_[device]; }
  bool together(std::size_t a, std::size_t b) const { return first_[a] == first_[b]; }
  void join(std::size_t a, std::size_t b) {
    const auto [kept, gone] = std::minmax(first_[a], first_[b]);
    const std::size_t to = kept;
    const std::size_t from = gone;
    std::replace(first_.begin(), first_.end(), from, to);
  }

 private:
  std::vector<std::size_t> first_;
};

// What the NVLinks' words hide is left open.
bool is_open(const MatrixCell& cell) { return cell.connection == Connection::nvlink; }

// Those that the matrix says to be at most `farthest` apart, and those that follow from it.
Groups within(const TopologyMatrix& matrix, Connection farthest) {
  Groups groups(matrix.devices.size());
  for (std::size_t a = 0; a < matrix.devices.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const MatrixCell& cell = matrix.cells[a][b];
      if (!is_open(cell) && cell.connection <= farthest) groups.join(a, b);
    }
  }
  return groups;
}

bool may_join(const TopologyMatrix& matrix, const Groups& groups, std::size_t a, std::size_t b) {
  for (std::size_t x = 0; x < matrix.devices.size(); ++x) {
    for (std::size_t y = 0; y < matrix.devices.size(); ++y) {
      if (groups.together(x, a) && groups.together(y, b) &&
          matrix.cells[x][y].connection == Connection::machine) {
        return false;
      }
    }
  }
  return true;
}

// GPUs that only NVLinks join, near the same CPUs.
void join_by_cpus(const TopologyMatrix& matrix, Groups& numa_nodes) {
  for (std::size_t a = 0; a < matrix.devices.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const bool same_cpus = !matrix.cpus[a].empty() && matrix.cpus[a] == matrix.cpus[b];
      if (!same_cpus || !is_open(matrix.cells[a][b]) || numa_nodes.together(a, b)) continue;
      if (may_join(matrix, numa_nodes, a, b)) numa_nodes.join(a, b);
    }
  }
}

struct Tree {
  Groups switches;    // PIX
  Groups roots;       // PXB: trees of switches
  Groups numa_nodes;  // PHB, NODE
};

Connection distance_in(const Tree& tree, std::size_t a, std::size_t b) {
  if (tree.switches.together(a, b)) return Connection::one_bridge;
  if (tree.roots.together(a, b)) return Connection::bridges;
  if (tree.numa_nodes.together(a, b)) return Connection::numa_node;
  return Connection::machine;
}

std::string_view word_of_distance(Connection connection) {
  switch (connection) {
    case Connection::one_bridge:
      return "PIX";
    case Connection::bridges:
      return "PXB";
    case Connection::host_bridge:
      return "PHB";
    case Connection::numa_node:
      return "NODE";
    default:
      return "SYS";
  }
}

void require_tree(const TopologyMatrix& matrix, const Tree& tree, const std::string& source) {
  for (std::size_t a = 0; a < matrix.devices.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const Connection said = matrix.cells[a][b].connection;
      if (is_open(matrix.cells[a][b])) continue;
      const Connection numbered = said == Connection::host_bridge ? Connection::numa_node : said;
      const Connection built = distance_in(tree, a, b);
      require<InputError>(built == numbered,
                          "{}: {} from {} to {}, but {} by way of other devices; write distances "
                          "that a tree of PCIe bridges has",
                          source, word_of_distance(said), matrix.devices[b], matrix.devices[a],
                          word_of_distance(built));
    }
  }
}

class Builder {
 public:
  Builder(const TopologyMatrix& matrix, const Tree& tree, const GivenRates& given)
      : matrix_(matrix), tree_(tree), given_(given) {
    pcie_ =
        given.pcie ? SourcedRate{*given.pcie, "--pcie-bandwidth"} : nccl_pcie_rate("8 GT/s", 16);
    nvlink_ = given.nvlink.value_or(nccl_nvlink_rate(80));
  }

  Machine build() {
    for (std::size_t device = 0; device < matrix_.devices.size(); ++device) {
      if (matrix_.is_gpu(device)) workers_.emplace(device, fmt::format("gpu{}", workers_.size()));
    }
    for (const auto& [device, name] : workers_) machine_.workers.push_back(name);
    add_nvlinks();
    add_pcie();
    machine_.between_numa_nodes = given_.numa ? SourcedRate{*given_.numa, "--numa-bandwidth"}
                                              : nccl_numa_rate({"x86_64", "GenuineIntel", 6, 0x55});
    add_notes();
    return std::move(machine_);
  }

 private:
  // Only a switch gives a GPU more NVLinks, over all others, than GPUs have.
  bool has_nvlink_switch() const {
    constexpr std::int64_t most_nvlinks = 18;  // of one GPU: H100, B200
    return std::any_of(workers_.begin(), workers_.end(), [&](const auto& worker) {
      std::int64_t sum = 0;
      for (const MatrixCell& cell : matrix_.cells[worker.first]) sum += cell.nvlinks;
      return sum > most_nvlinks;
    });
  }

  void add_nvlinks(const std::string& first, const std::string& second, std::int64_t links) {
    machine_.nvlinks.push_back({first,
                                second,
                                {nvlink_ * static_cast<double>(links),
                                 fmt::format("{} NVLink{}", links, links == 1 ? "" : "s")}});
  }

  void add_nvlinks() {
    const bool switched = has_nvlink_switch();
    for (const auto& [device, name] : workers_) {
      std::int64_t most = 0;
      for (const auto& [other, other_name] : workers_) {
        const std::int64_t links = matrix_.cells[device][other].nvlinks;
        most = std::max(most, links);
        if (!switched && device < other && links > 0) add_nvlinks(name, other_name, links);
      }
      if (switched && most > 0) add_nvlinks(name, nvlink_switch, most);
    }
  }

  PcieBranch leaf(std::size_t device) const {
    PcieBranch leaf{.up = pcie_};
    if (matrix_.is_gpu(device)) {
      leaf.worker = workers_.at(device);
    } else {
      leaf.card = NetworkCard{matrix_.devices[device], given_.card};
    }
    return leaf;
  }

  void add_pcie() {
    // Groups are named by their first device, so this order is that of the matrix.
    std::map<std::size_t, std::map<std::size_t, std::map<std::size_t, PcieBranch>>> tree;
    for (std::size_t device = 0; device < matrix_.devices.size(); ++device) {
      PcieBranch& one =
          tree[tree_.numa_nodes.of(device)][tree_.roots.of(device)][tree_.switches.of(device)];
      one.up = pcie_;
      one.children.push_back(leaf(device));
    }
    for (const auto& [numa, roots] : tree) {
      NumaNode node{fmt::format("numa{}", machine_.numa_nodes.size()), {}};
      for (const auto& [root, switches] : roots) {
        PcieBranch branch{.up = pcie_};
        for (const auto& [first, one] : switches) branch.children.push_back(one);
        node.branches.push_back(std::move(branch));
      }
      machine_.numa_nodes.push_back(std::move(node));
    }
  }

  void add_notes() {
    if (!machine_.nvlinks.empty()) {
      machine_.notes.push_back(fmt::format(
          "NVLink: {} each, {}.", exact_text(nvlink_),
          given_.nvlink ? "as given" : "NCCL's prior for sm 70 and 80 (the matrix says no rate)"));
    }
    machine_.notes.emplace_back(given_.pcie ? "PCIe: as given."
                                            : "PCIe: NCCL's prior for generation 3 x16 (the matrix "
                                              "says no generation); set --pcie-bandwidth.");
  }

  const TopologyMatrix& matrix_;
  const Tree& tree_;
  const GivenRates& given_;
  SourcedRate pcie_;
  BytesPerSecond nvlink_;
  std::map<std::size_t, std::string> workers_;  // by device
  Machine machine_;
};

}  // namespace

Machine machine_of(const TopologyMatrix& matrix, const std::string& source,
                   const GivenRates& given) {
  Tree tree{within(matrix, Connection::one_bridge), within(matrix, Connection::bridges),
            within(matrix, Connection::numa_node)};
  join_by_cpus(matrix, tree.numa_nodes);
  require_tree(matrix, tree, source);
  return Builder(matrix, tree, given).build();
}

}  // namespace palsim
