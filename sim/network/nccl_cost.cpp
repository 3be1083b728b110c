#include "sim/network/nccl_cost.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

#include "sim/core/elementary.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

using ByProtocol = std::array<double, 3>;  // LL, LL128, Simple

struct LatencyTable {
  ByProtocol base_us;
  ByProtocol nvlink_us;
  ByProtocol pcie_us;
  ByProtocol network_us;
};
constexpr LatencyTable ring_latency{.base_us = {6.6, 14, 8.4},
                                    .nvlink_us = {.6, 1.9, 3.4},
                                    .pcie_us = {1, 2.5, 5.7},
                                    .network_us = {2.7, 4, 14}};
constexpr LatencyTable tree_latency{.base_us = {6.8, 14, 8.4},
                                    .nvlink_us = {.6, 1.25, 4},
                                    .pcie_us = {1, 1.9, 4},
                                    .network_us = {5, 8.5, 14}};

double of_protocol(const ByProtocol& values, Protocol protocol) {
  switch (protocol) {
    case Protocol::ll:
      return values[0];
    case Protocol::ll128:
      return values[1];
    case Protocol::simple:
      return values[2];
    case Protocol::automatic:
      break;
  }
  throw InternalError("a cost of no particular protocol");
}

struct Hops {
  std::int64_t in_node;
  std::int64_t between_nodes;
};

Hops hops_of(const NcclSetting& setting, Collective collective, Algorithm algorithm) {
  const std::int64_t n = setting.workers;
  const std::int64_t m = setting.nodes;
  if (collective == Collective::point_to_point) return {m == 1 ? 1 : 0, m == 1 ? 0 : 1};
  if (collective != Collective::all_reduce) return {n - m, m - 1};
  if (algorithm == Algorithm::ring) return {2 * (n - m), 2 * (m - 1)};
  const std::int64_t log2_nodes = std::bit_width(static_cast<std::uint64_t>(m)) - 1;
  return {2 * (n / m - 1), 2 * log2_nodes};
}

}  // namespace

bool nccl_offers(NodeLinks node_links, Protocol protocol) {
  return protocol != Protocol::ll128 || node_links == NodeLinks::nvlink;
}

bool nccl_offers(Collective collective, Algorithm algorithm, Protocol protocol) {
  if (algorithm == Algorithm::tree) return collective == Collective::all_reduce;
  return algorithm == Algorithm::ring &&
         (collective != Collective::point_to_point || protocol != Protocol::ll128);
}

Duration nccl_latency(const NcclSetting& setting, Collective collective, Algorithm algorithm,
                      Protocol protocol) {
  const LatencyTable& table = algorithm == Algorithm::tree ? tree_latency : ring_latency;
  const ByProtocol& in_node =
      setting.node_links == NodeLinks::nvlink ? table.nvlink_us : table.pcie_us;
  const Hops hops = hops_of(setting, collective, algorithm);
  const double constant_us =
      of_protocol(table.base_us, protocol) +
      static_cast<double>(hops.in_node) * of_protocol(in_node, protocol) +
      static_cast<double>(hops.between_nodes) * of_protocol(table.network_us, protocol);
  return Duration::seconds(constant_us * 1e-6) + setting.fabric_latency * hops.between_nodes;
}

BytesPerSecond nccl_algorithm_bandwidth(const NcclSetting& setting, Collective collective,
                                        Algorithm algorithm, Protocol protocol) {
  if (algorithm == Algorithm::tree) {
    const double ll128 = setting.nodes == 1 ? 7.0 / 9 : 120.0 / 128;
    const double factor = 0.92 * of_protocol({1 / 3.8, ll128, 1}, protocol);
    return setting.bus_bandwidth * (factor / 2);
  }
  const BytesPerSecond bus = setting.bus_bandwidth * of_protocol({0.5, 0.92, 1}, protocol);
  const auto n = static_cast<double>(setting.workers);
  switch (collective) {
    case Collective::all_reduce:
      return bus * (n / (2 * (n - 1)));
    case Collective::reduce_scatter:
    case Collective::all_gather:
      return bus * (n / (n - 1));
    case Collective::broadcast:
    case Collective::point_to_point:
      break;
  }
  return bus;
}

double correction_at(const std::vector<Correction>& corrections, Bytes size) {
  if (corrections.empty()) return 1;
  if (size <= corrections.front().size) return corrections.front().factor;
  if (size >= corrections.back().size) return corrections.back().factor;
  const auto above = std::upper_bound(
      corrections.begin(), corrections.end(), size,
      [](Bytes wanted, const Correction& correction) { return wanted < correction.size; });
  const auto below = above - 1;
  const auto log_of = [](Bytes bytes) { return natural_log(static_cast<double>(bytes.count())); };
  const double share =
      (log_of(size) - log_of(below->size)) / (log_of(above->size) - log_of(below->size));
  return below->factor * natural_exp(share * natural_log(above->factor / below->factor));
}

NcclChoice nccl_fastest(const NcclSetting& setting, Collective collective, Algorithm algorithm,
                        Protocol protocol, Bytes bytes) {
  require(setting.workers >= 2, "a collective over {} workers", setting.workers);
  std::optional<NcclChoice> best;
  for (const Algorithm a : {Algorithm::ring, Algorithm::tree}) {
    if (algorithm != Algorithm::automatic && algorithm != a &&
        nccl_offers(collective, algorithm, Protocol::simple)) {
      continue;
    }
    for (const Protocol p : {Protocol::ll, Protocol::ll128, Protocol::simple}) {
      if (protocol != Protocol::automatic && protocol != p &&
          nccl_offers(collective, a, protocol)) {
        continue;
      }
      if (!nccl_offers(setting.node_links, p) || !nccl_offers(collective, a, p)) continue;
      const Duration time = nccl_latency(setting, collective, a, p) +
                            bytes / nccl_algorithm_bandwidth(setting, collective, a, p);
      if (!best || time < best->time) best = NcclChoice{time, a, p};
    }
  }
  require<InputError>(best.has_value(), "NCCL offers no LL128 without NVLink; write LL or Simple");
  const Duration latency = nccl_latency(setting, collective, best->algorithm, best->protocol);
  const BytesPerSecond bandwidth =
      nccl_algorithm_bandwidth(setting, collective, best->algorithm, best->protocol);
  best->time = (latency.scaled(setting.fit.latency_factor) +
                bytes / (bandwidth * setting.fit.bandwidth_factor))
                   .scaled(correction_at(setting.fit.corrections, bytes));
  return *best;
}

}  // namespace palsim
