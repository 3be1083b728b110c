// Networks that tests share.
#pragma once

#include <array>
#include <string>

#include "sim/network/network.hpp"
#include "tests/support/draws.hpp"

namespace palsim {

inline BytesPerSecond gigabytes_per_s(double count) { return BytesPerSecond(count * 1e9); }
inline Duration nanoseconds(std::int64_t count) { return Duration::nanoseconds(count); }
inline Duration milliseconds(std::int64_t count) { return nanoseconds(count * 1'000'000); }

// Hosts on one switch.
inline Network star(std::int64_t hosts, Link link) {
  return Network(Node{.workers = {"host"}}, hosts, Fabric{.attach = "host", .uplink = link});
}

// Nodes of a few GPUs with an inner bus, some direct links, and slower links between nodes: shared
// links, unequal routes, several bottlenecks.
inline Network random_cluster(Draws& random) {
  const auto pick = [&](auto... values) {
    const std::array<double, sizeof...(values)> all{static_cast<double>(values)...};
    return all[random() % all.size()];
  };
  const auto latency = [&] { return nanoseconds(static_cast<std::int64_t>(random() % 3000)); };
  const std::size_t gpus = 1 + random() % 6;
  Node node;
  for (std::size_t gpu = 0; gpu < gpus; ++gpu) {
    node.workers.push_back("gpu" + std::to_string(gpu));
    node.links.push_back({node.workers.back(),
                          "bus" + std::to_string(gpu % 2),
                          {gigabytes_per_s(pick(10, 12, 24, 7.3)), latency()}});
  }
  node.links.push_back({"bus0", "bus1", {gigabytes_per_s(pick(5, 10, 20)), latency()}});
  if (gpus > 2) node.links.push_back({"gpu0", "gpu2", {gigabytes_per_s(40), nanoseconds(1)}});
  const Fabric fabric{"bus0", {gigabytes_per_s(pick(0.1, 1.25, 5, 12.5, 50)), latency()}};
  return Network(node, 1 + static_cast<std::int64_t>(random() % 5), fabric);
}

}  // namespace palsim
