#include "topologies/topology_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/core/error.hpp"
#include "topologies/exact_text.hpp"
#include "topologies/transport_words.hpp"

namespace palsim {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) all.push_back(quoted(text));
  return fmt::format("[{}]", fmt::join(all, ", "));
}

// `name = "value"`, one a line.
class Lines {
 public:
  void comment(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      text_ += line.empty() ? "#\n" : fmt::format("# {}\n", one_line(line));
    }
  }
  void table(const std::string& name, const std::vector<std::string>& comments) {
    text_ += fmt::format("\n[{}]\n", name);
    comment(comments);
  }
  void raw(std::string_view key, const std::string& value) {
    text_ += fmt::format("{} = {}\n", key, value);
  }
  void text(std::string_view key, const std::string& value) { raw(key, quoted(value)); }

  void quantity_unless(Duration fallback, std::string_view key, Duration value) {
    if (value != fallback) text(key, exact_text(value));
  }
  void number_unless(double fallback, std::string_view key, double value) {
    if (value != fallback) raw(key, fmt::format("{}", value));
  }

  // One element a line, `comments` behind them.
  void list(std::string_view key, const std::vector<std::string>& elements,
            const std::vector<std::string>& comments = {}) {
    if (elements.empty()) return;
    text_ += fmt::format("{} = [\n", key);
    for (std::size_t at = 0; at < elements.size(); ++at) {
      const bool has_comment = !comments.empty() && !comments.at(at).empty();
      text_ += fmt::format("  {},{}\n", elements[at],
                           has_comment ? "  # " + one_line(comments[at]) : "");
    }
    text_ += "]\n";
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string link_text(const NodeLink& link) {
  const std::string achievable =
      link.link.achievable == 1 ? "" : fmt::format(", achievable = {}", link.link.achievable);
  return fmt::format("{{ ends = {}, bandwidth = \"{}\", latency = \"{}\"{} }}",
                     quoted_list({link.first, link.second}), exact_text(link.link.bandwidth),
                     exact_text(link.link.latency), achievable);
}

void write_node(Lines& lines, const Node& node, const TopologyComments& comments) {
  lines.table("node", comments.node);
  lines.raw("workers", quoted_list(node.workers));
  std::vector<std::string> links;
  for (const NodeLink& link : node.links) links.push_back(link_text(link));
  lines.list("links", links, comments.links);
}

void write_fabric(Lines& lines, const Fabric& fabric, const TopologyComments& comments) {
  lines.table("fabric", comments.fabric);
  lines.text("attach", fabric.attach);
  lines.text("bandwidth", exact_bit_text(fabric.uplink.bandwidth));
  lines.text("latency", exact_text(fabric.uplink.latency));
  lines.number_unless(1, "achievable", fabric.uplink.achievable);
}

void write_device(Lines& lines, const DeviceSpec& device, const TopologyComments& comments) {
  const auto peak = [&](std::string_view key, const std::optional<FlopsPerSecond>& rate) {
    if (rate) lines.text(key, exact_text(*rate));
  };
  lines.table("device", comments.device);
  lines.text("name", device.name);
  peak("fp32", device.fp32);
  peak("tf32", device.tf32);
  peak("bf16", device.bf16);
  peak("fp16", device.fp16);
  lines.text("memory_bandwidth", exact_text(device.memory_bandwidth));
  lines.text("memory", exact_text(device.memory));
  lines.number_unless(1, "compute_efficiency", device.compute_efficiency);
  lines.number_unless(1, "memory_efficiency", device.memory_efficiency);
  lines.quantity_unless(Duration(), "launch_cost", device.launch_cost);
  if (!device.throughput.empty()) {
    lines.raw("throughput", fmt::format("[{}]", fmt::join(device.throughput, ", ")));
  }
}

std::vector<std::string> time_texts(const MeasuredTimes& times) {
  std::vector<std::string> texts;
  for (const MeasuredTime& measured : times) {
    texts.push_back(fmt::format("{{ workers = {}, size = \"{}\", time = \"{}\" }}",
                                measured.workers, exact_text(measured.size),
                                exact_text(measured.time)));
  }
  return texts;
}

void write_transport(Lines& lines, const Transport& transport,
                     const std::vector<std::string>& workers, const TopologyComments& comments) {
  const Transport fallback;
  lines.table("transport", comments.transport);
  lines.text("kind", word_of(transport_kind_words, transport.kind));
  lines.text("node_links", word_of(node_links_words, transport.node_links));
  if (transport.algorithm != fallback.algorithm) {
    lines.text("algorithm", word_of(algorithm_words, transport.algorithm));
  }
  if (transport.protocol != fallback.protocol) {
    lines.text("protocol", word_of(protocol_words, transport.protocol));
  }
  std::vector<std::string> rings;
  for (const std::vector<std::int64_t>& ring : transport.rings) {
    std::vector<std::string> names;
    for (const std::int64_t worker : ring) names.push_back(workers.at(worker));
    rings.push_back(quoted_list(names));
  }
  lines.list("rings", rings);
  if (transport.ring_order != fallback.ring_order) {
    lines.text("ring_order", word_of(ring_order_words, transport.ring_order));
  }
  lines.quantity_unless(fallback.setup, "setup", transport.setup);
  lines.quantity_unless(fallback.launch, "launch", transport.launch);
  lines.number_unless(fallback.fit.latency_factor, "latency_factor", transport.fit.latency_factor);
  lines.number_unless(fallback.fit.bandwidth_factor, "bandwidth_factor",
                      transport.fit.bandwidth_factor);
  std::vector<std::string> corrections;
  for (const Correction& correction : transport.fit.corrections) {
    corrections.push_back(fmt::format("{{ size = \"{}\", factor = {} }}",
                                      exact_text(correction.size), correction.factor));
  }
  lines.list("corrections", corrections);
  lines.list("all_reduce", time_texts(transport.all_reduce));
  lines.list("broadcast", time_texts(transport.broadcast));
}

}  // namespace

std::string to_toml(const Topology& topology, const TopologyComments& comments) {
  const Network& network = topology.network;
  require(comments.links.empty() || comments.links.size() == network.node().links.size(),
          "{} comments on {} links", comments.links.size(), network.node().links.size());
  Lines lines;
  lines.comment(comments.head);
  lines.text("name", topology.name);
  if (network.nodes() != 1) lines.raw("nodes", fmt::format("{}", network.nodes()));
  write_node(lines, network.node(), comments);
  if (network.fabric()) write_fabric(lines, *network.fabric(), comments);
  write_device(lines, topology.device, comments);
  write_transport(lines, topology.transport, network.node().workers, comments);
  return lines.take();
}

}  // namespace palsim
