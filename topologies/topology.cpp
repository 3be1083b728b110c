#include "topologies/topology.hpp"

#include "sim/core/table_reader.hpp"
#include "sim/network/collective_plan.hpp"
#include "topologies/base.hpp"
#include "topologies/device_reader.hpp"
#include "topologies/network_reader.hpp"
#include "topologies/transport_reader.hpp"

namespace palsim {
namespace {

TableReader required_table(TableReader& file, std::string_view key, std::string_view contents) {
  if (auto table = file.table(key)) return *table;
  fail_at(file.origin(), fmt::format("the topology has no [{}]; write {}", key, contents));
}

}  // namespace

Topology read_topology(const Value& document) {
  TableReader file(document, "the topology");
  const std::string name = file.text("name");
  TableReader node_reader = required_table(file, "node", "its workers and links");
  const Node node = read_node(node_reader);
  auto transport_reader = file.table("transport");
  const Transport transport =
      transport_reader ? read_transport(*transport_reader, node.workers) : Transport{};
  // What was measured needs no model, nor the links for one.
  const bool needs_links = transport.kind != TransportKind::measured || !node.links.empty();
  if (needs_links) require_links(node_reader, node);
  Network network = read_network(file, node);
  TableReader device_reader = required_table(file, "device", "its name, peaks and memory");
  const DeviceSpec device = read_device(device_reader);
  const std::string obstacle = obstacle_to(transport, network.nodes(), network.workers_per_node());
  if (transport_reader && !obstacle.empty())
    fail_at(transport_reader->origin_of("algorithm"), obstacle);
  file.finish();
  return {name, std::move(network), device, transport};
}

Topology load_topology(const std::string& path) {
  return read_topology(load_topology_document(path).description);
}

}  // namespace palsim
