#include "experiments/network/topology_description.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "experiments/command/counted.hpp"
#include "sim/core/unit.hpp"
#include "sim/network/communicator.hpp"
#include "topologies/transport_words.hpp"

namespace palsim {
namespace {

std::string percent(double fraction) { return fmt::format("{:.3g} %", 100 * fraction); }

std::string size_of(const Network& network) {
  const std::string workers = counted(network.workers_per_node(), "worker");
  if (network.nodes() == 1) return fmt::format("1 node of {}", workers);
  return fmt::format("{} nodes of {}, {} in all", network.nodes(), workers, network.ranks());
}

std::string text_of(const DeviceSpec& device) {
  std::vector<std::string> parts;
  const auto peak = [&](std::string_view name, const std::optional<FlopsPerSecond>& rate) {
    if (rate) parts.push_back(fmt::format("{} {}", name, to_string(*rate)));
  };
  peak("fp32", device.fp32);
  peak("tf32", device.tf32);
  peak("bf16", device.bf16);
  peak("fp16", device.fp16);
  parts.push_back(fmt::format("{} of memory at {}", to_string(device.memory),
                              to_string(device.memory_bandwidth)));
  parts.push_back(fmt::format("reached: {} of the peaks, {} of the memory bandwidth",
                              percent(device.compute_efficiency),
                              percent(device.memory_efficiency)));
  if (device.launch_cost > Duration()) {
    parts.push_back(fmt::format("{} to launch a kernel", to_string(device.launch_cost)));
  }
  if (!device.throughput.empty()) {
    parts.push_back(fmt::format("shared by a node's workers, of whom {} reach {} times one's speed",
                                device.throughput.size(), device.throughput.back()));
  }
  return fmt::format("{}: {}", device.name, fmt::join(parts, ", "));
}

std::string text_of(const Transport& transport) {
  std::vector<std::string> parts{word_of(transport_kind_words, transport.kind)};
  const bool nccl = transport.kind == TransportKind::nccl;
  if (nccl) parts[0] += " over " + word_of(node_links_words, transport.node_links);
  if (transport.kind == TransportKind::measured) {
    parts.push_back(counted(static_cast<std::int64_t>(transport.all_reduce.size()), "all-reduce"));
    parts.push_back(counted(static_cast<std::int64_t>(transport.broadcast.size()), "broadcast"));
  } else {
    parts.push_back("algorithm " + word_of(algorithm_words, transport.algorithm));
  }
  if (nccl) parts.push_back("protocol " + word_of(protocol_words, transport.protocol));
  if (transport.ring_order != RingOrder::node_by_node) {
    parts.push_back(word_of(ring_order_words, transport.ring_order));
  }
  const auto cost = [&](Duration duration, std::string_view what) {
    if (duration > Duration()) parts.push_back(fmt::format("{} {}", to_string(duration), what));
  };
  cost(transport.setup, "to set up a communicator");
  cost(transport.launch, "to launch a collective");
  const auto factor = [&](double value, std::string_view what) {
    if (value != 1) parts.push_back(fmt::format("{} x {:.4g}", what, value));
  };
  factor(transport.fit.latency_factor, "latencies");
  factor(transport.fit.bandwidth_factor, "bandwidths");
  const auto corrections = static_cast<std::int64_t>(transport.fit.corrections.size());
  if (corrections > 0) parts.push_back(counted(corrections, "correction"));
  return fmt::format("{}", fmt::join(parts, ", "));
}

// A line for each ring, as it goes through a node.
TextReport ring_lines(const Topology& topology) {
  if (topology.transport.kind == TransportKind::measured) return {};  // whatever its rings were
  Communicator communicator(topology.network, topology.transport);
  if (communicator.groups().empty()) return {};  // a single worker
  const WorkerGroup& group = communicator.groups().front();
  TextReport lines{Line{fmt::format(
      "{}{}, {} of bus bandwidth:", counted(static_cast<std::int64_t>(group.chains.size()), "ring"),
      topology.transport.rings.empty() ? "" : " given", to_string(communicator.bus_bandwidth()))}};
  for (const NodeChains& chains : group.chains) {
    std::vector<std::string> names;
    for (const Rank rank : chains.front()) {
      names.push_back(topology.network.node().workers[static_cast<std::size_t>(rank)]);
    }
    lines.emplace_back(Line{fmt::format("  {}", fmt::join(names, " "))});
  }
  return lines;
}

TextRow row_of(std::string name, const Link& link) {
  return {std::move(name), to_string(link.bandwidth), percent(link.achievable),
          to_string(link.reached()), to_string(link.latency)};
}

TextReport link_table(const Network& network) {
  std::vector<TextRow> rows{{"link", "bandwidth", "achievable", "reached", "latency"}};
  for (const NodeLink& link : network.node().links) {
    rows.push_back(row_of(fmt::format("{} - {}", link.first, link.second), link.link));
  }
  if (const auto& fabric = network.fabric()) {
    rows.push_back(row_of(fabric->attach + " - fabric", fabric->uplink));
  }
  if (rows.size() == 1) return {Line{"no links"}};
  return {Table{std::move(rows)}};
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string label_of(const Link& link) {
  return fmt::format("{}, {}", to_string(link.reached()), to_string(link.latency));
}

// A vertex of one node: no name of a node's vertex begins like that of another's.
std::string vertex(std::int64_t node, const std::string& name) {
  return quoted(fmt::format("{}:{}", node, name));
}

std::string node_text(const Node& node, std::int64_t number, const std::string& indent) {
  std::string text;
  for (const std::string& worker : node.workers) {
    text += fmt::format("{}{} [label={}, shape=box];\n", indent, vertex(number, worker),
                        quoted(worker));
  }
  std::set<std::string> others;
  for (const NodeLink& link : node.links) others.insert({link.first, link.second});
  for (const std::string& worker : node.workers) others.erase(worker);
  for (const std::string& other : others) {
    text += fmt::format("{}{} [label={}, shape=ellipse];\n", indent, vertex(number, other),
                        quoted(other));
  }
  for (const NodeLink& link : node.links) {
    text += fmt::format("{}{} -- {} [label={}];\n", indent, vertex(number, link.first),
                        vertex(number, link.second), quoted(label_of(link.link)));
  }
  return text;
}

}  // namespace

TextReport describe(const Topology& topology) {
  TextReport report{Line{fmt::format("{}: {}", topology.name, size_of(topology.network))},
                    Line{fmt::format("device: {}", text_of(topology.device))},
                    Line{fmt::format("transport: {}", text_of(topology.transport))}};
  append(report, ring_lines(topology));
  report.emplace_back(Line{""});
  append(report, link_table(topology.network));
  return report;
}

std::string to_dot(const Topology& topology) {
  constexpr std::int64_t most_nodes = 4;
  const Network& network = topology.network;
  const std::int64_t drawn = std::min(network.nodes(), most_nodes);
  std::string text = fmt::format("graph {} {{\n", quoted(topology.name));
  if (network.nodes() == 1) text += node_text(network.node(), 0, "  ");
  for (std::int64_t node = 0; node < drawn && network.nodes() > 1; ++node) {
    text += fmt::format("  subgraph cluster_{0} {{\n    label=\"node {0}\";\n{1}  }}\n", node,
                        node_text(network.node(), node, "    "));
  }
  if (const auto& fabric = network.fabric()) {
    text += "  fabric [label=\"fabric\", shape=egg, style=\"filled,dashed\"];\n";
    for (std::int64_t node = 0; node < drawn; ++node) {
      text += fmt::format("  {} -- fabric [label={}];\n", vertex(node, fabric->attach),
                          quoted(label_of(fabric->uplink)));
    }
  }
  if (drawn < network.nodes()) {
    text +=
        fmt::format("  more [label=\"{}\", shape=plaintext];\n  fabric -- more [style=dotted];\n",
                    counted(network.nodes() - drawn, "more node"));
  }
  return text + "}\n";
}

}  // namespace palsim
