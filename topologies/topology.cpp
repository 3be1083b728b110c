#include "topologies/topology.hpp"

#include "sim/core/table_reader.hpp"
#include "sim/network/collective_plan.hpp"
#include "topologies/base.hpp"
#include "topologies/fraction.hpp"
#include "topologies/network_reader.hpp"
#include "topologies/transport_reader.hpp"

namespace palsim {
namespace {

TableReader required_table(TableReader& file, std::string_view key, std::string_view contents) {
  if (auto table = file.table(key)) return *table;
  fail_at(file.origin(), fmt::format("the topology has no [{}]; write {}", key, contents));
}

std::optional<FlopsPerSecond> read_peak(TableReader& reader, std::string_view key) {
  if (!reader.has(key)) return std::nullopt;
  return reader.quantity<FlopsPerSecond>(key, Sign::positive);
}

DeviceSpec read_device(TableReader& reader) {
  DeviceSpec device{
      .name = reader.text("name"),
      .fp32 = read_peak(reader, "fp32"),
      .tf32 = read_peak(reader, "tf32"),
      .bf16 = read_peak(reader, "bf16"),
      .fp16 = read_peak(reader, "fp16"),
      .memory_bandwidth = reader.quantity<BytesPerSecond>("memory_bandwidth", Sign::positive),
      .memory = reader.quantity<Bytes>("memory", Sign::positive),
      .compute_efficiency = read_fraction(reader, "compute_efficiency"),
      .memory_efficiency = read_fraction(reader, "memory_efficiency"),
      .launch_cost = reader.quantity<Duration>("launch_cost", Sign::not_negative, Duration())};
  if (!device.fp32 && !device.tf32 && !device.bf16 && !device.fp16) {
    fail_at(reader.origin(), "[device] has no peak; write fp32 = \"8.1TFLOP/s\" or another");
  }
  reader.finish();
  return device;
}

}  // namespace

Topology read_topology(const Value& document) {
  TableReader file(document, "the topology");
  const std::string name = file.text("name");
  TableReader node_reader = required_table(file, "node", "its workers and links");
  const Node node = read_node(node_reader);
  Network network = read_network(file, node);
  TableReader device_reader = required_table(file, "device", "its name, peaks and memory");
  const DeviceSpec device = read_device(device_reader);
  Transport transport;
  if (auto reader = file.table("transport")) {
    transport = read_transport(*reader, node.workers);
    const std::string obstacle =
        obstacle_to(transport, network.nodes(), network.workers_per_node());
    if (!obstacle.empty()) fail_at(reader->origin_of("algorithm"), obstacle);
  }
  file.finish();
  return {name, std::move(network), device, std::move(transport)};
}

Topology load_topology(const std::string& path) {
  return read_topology(load_topology_document(path).description);
}

}  // namespace palsim
