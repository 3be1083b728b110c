#include "topologies/network_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/core/nearest.hpp"
#include "topologies/fraction.hpp"

namespace palsim {
namespace {

Link read_link(TableReader& reader) {
  return {reader.quantity<BytesPerSecond>("bandwidth", Sign::positive),
          reader.quantity<Duration>("latency", Sign::not_negative),
          read_fraction(reader, "achievable")};
}

NodeLink read_node_link(TableReader& reader) {
  const std::vector<std::string> ends = reader.texts("ends");
  if (ends.size() != 2) reader.fail("ends", "write the names of two vertices");
  if (ends[0] == ends[1]) {
    reader.fail("ends", fmt::format("joins '{}' to itself; write two different vertices", ends[0]));
  }
  NodeLink link{ends[0], ends[1], read_link(reader)};
  reader.finish();
  return link;
}

// Complains at the worker's own place in the list.
template <class Fault>
void check_workers(TableReader& node, const std::vector<std::string>& workers, Fault fault) {
  const Value* list = node.raw("workers");
  const auto& elements = std::get<Value::Array>(list->data);
  for (std::size_t at = 0; at < workers.size(); ++at) {
    const std::string message = fault(at);
    if (!message.empty()) fail_at(elements[at].origin, message);
  }
}

std::vector<std::string> vertex_names(const Node& node) {
  std::set<std::string> names(node.workers.begin(), node.workers.end());
  for (const NodeLink& link : node.links) names.insert({link.first, link.second});
  return {names.begin(), names.end()};
}

}  // namespace

Node read_node(TableReader& reader) {
  Node node;
  node.workers = reader.texts("workers");
  if (node.workers.empty()) reader.fail("workers", "write the name of at least one worker");
  constexpr std::size_t most_workers = 256;  // routes join each with each
  if (node.workers.size() > most_workers) {
    reader.fail("workers", fmt::format("{} in a node; write at most {}, and more nodes",
                                       node.workers.size(), most_workers));
  }
  check_workers(reader, node.workers, [&](std::size_t at) -> std::string {
    const auto end = node.workers.begin() + static_cast<std::ptrdiff_t>(at);
    if (std::find(node.workers.begin(), end, *end) == end) return "";
    return fmt::format("worker '{}' is listed twice; write each once", *end);
  });
  for (TableReader& link : reader.tables("links")) node.links.push_back(read_node_link(link));
  reader.finish();
  return node;
}

void require_links(TableReader& reader, const Node& node) {
  check_workers(reader, node.workers, [&](std::size_t at) -> std::string {
    const std::string& worker = node.workers[at];
    const bool linked = std::any_of(
        node.links.begin(), node.links.end(),
        [&](const NodeLink& link) { return link.first == worker || link.second == worker; });
    if (linked || node.workers.size() == 1) return "";
    return fmt::format("worker '{}' has no link; write one in links", worker);
  });
}

Network read_network(TableReader& file, const Node& node) {
  constexpr IntegerRange node_counts{.least = 1, .most = 1'000'000};
  const std::int64_t nodes = file.integer("nodes", node_counts, 1);
  std::optional<Fabric> fabric;
  if (auto reader = file.table("fabric")) {
    fabric = Fabric{.attach = reader->text("attach"), .uplink = read_link(*reader)};
    const std::vector<std::string> names = vertex_names(node);
    if (std::find(names.begin(), names.end(), fabric->attach) == names.end()) {
      reader->fail("attach", "no vertex of the node" + suggestion(fabric->attach, names));
    }
    reader->finish();
  }
  constexpr std::int64_t most_workers = 1'000'000;
  const auto per_node = static_cast<std::int64_t>(node.workers.size());
  if (nodes > most_workers / per_node) {
    file.fail("nodes", fmt::format("of {} workers each; write at most {}", per_node,
                                   most_workers / per_node));
  }
  if (nodes > 1 && !fabric) {
    file.fail("nodes", "needs a [fabric]; write its attach, bandwidth and latency");
  }
  try {
    return Network(node, nodes, fabric);
  } catch (const InputError& error) {
    fail_at(file.origin_of("node"), fmt::format("{}; write links that join them", error.what()));
  }
}

}  // namespace palsim
