#include "experiments/calibrate/network_calibration.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "experiments/command/ascii.hpp"
#include "sim/core/error.hpp"
#include "sim/network/communicator.hpp"
#include "topologies/topology_writer.hpp"

namespace palsim {
namespace {

Rank workers_of(const CollectiveLog& log, const Topology& cluster, std::optional<Rank> asked) {
  const Rank available = cluster.network.ranks();
  const LogFacts& facts = log.facts;
  if (asked) {
    require<InputError>(*asked >= 2 && *asked <= available,
                        "--workers {}: the cluster '{}' has {}; write 2 to {}", *asked,
                        cluster.name, available, available);
    require<InputError>(!facts.ranks || *asked == *facts.ranks,
                        "--workers {}: {} has {} ranks; leave --workers out", *asked, log.source,
                        facts.ranks.value_or(0));
    return *asked;
  }
  require<InputError>(available >= 2, "--cluster: '{}' has a single worker; write one of several",
                      cluster.name);
  if (!facts.ranks) return available;
  if (*facts.ranks > available) {
    fail_at(facts.ranks_origin,
            fmt::format("{} ranks, but the cluster '{}' has {}; write a cluster of more, or --set "
                        "nodes=N",
                        *facts.ranks, cluster.name, available));
  }
  return *facts.ranks;
}

std::string errors_in_words(const FractionalErrors& errors) {
  return fmt::format("mean {:.1f} %, worst {:.1f} %", 100 * mean_error(errors),
                     100 * worst_error(errors));
}

}  // namespace

NetworkCalibration calibrate_network(CollectiveLog log, Topology cluster,
                                     std::optional<Rank> asked) {
  const Algorithm algorithm = cluster.transport.algorithm;
  require<InputError>(
      algorithm == Algorithm::automatic || algorithm == Algorithm::ring ||
          algorithm == Algorithm::tree,
      "--cluster: the transport of '{}' forces an algorithm that nccl-tests does not run; write "
      "algorithm = \"auto\", \"ring\" or \"tree\"",
      cluster.name);
  const Rank workers = workers_of(log, cluster, asked);
  const std::int64_t nodes = cluster.network.node_of(workers - 1) + 1;
  cluster.transport.kind = TransportKind::nccl;
  cluster.transport.launch = Duration();
  Communicator communicator(cluster.network, cluster.transport, {.workers = workers});
  const MeasuredCollective measured{.setting = {.workers = workers,
                                                .nodes = nodes,
                                                .node_links = cluster.transport.node_links,
                                                .fabric_latency = cluster.network.fabric_latency(),
                                                .bus_bandwidth = communicator.bus_bandwidth()},
                                    .collective = log.facts.collective,
                                    .algorithm = algorithm,
                                    .protocol = cluster.transport.protocol};
  TransportFit fit = fit_transport(measured, log.measurements);
  cluster.transport.fit = fit.fit;
  return {std::move(log), workers, nodes, std::move(cluster), std::move(fit)};
}

std::string calibrated_topology(const NetworkCalibration& calibration, const std::string& name) {
  const CollectiveLog& log = calibration.log;
  const TransportFit& fit = calibration.fit;
  Topology topology = calibration.fitted;
  topology.name = name;
  return to_toml(
      topology,
      {.head = {fmt::format("{} with its transport fitted to measurements by palsim calibrate "
                            "network.",
                            calibration.fitted.name)},
       .transport = {
           fmt::format("Fitted to {}:", ascii(log.source)),
           fmt::format(
               "{} over {} ranks, NCCL {}{}, {} sizes from {} to {} B.",
               name_of(log.facts.collective), calibration.workers,
               log.facts.nccl_version.empty() ? "of unknown version" : log.facts.nccl_version,
               log.facts.date.empty() ? "" : ", " + log.facts.date, log.measurements.size(),
               log.measurements.front().size.count(), log.measurements.back().size.count()),
           fmt::format("Error: {};", errors_in_words(fit.error)),
           fmt::format("of sizes held out: {} (the fit's form was chosen by these);",
                       errors_in_words(fit.held_out_error)),
           fmt::format("without a fit: {}.", errors_in_words(fit.prior_error))}});
}

std::string fit_in_words(const NcclFit& fit) {
  std::vector<std::string> parts;
  if (fit.latency_factor != 1) parts.push_back(fmt::format("latency x {:.3g}", fit.latency_factor));
  if (fit.bandwidth_factor != 1) {
    parts.push_back(fmt::format("bandwidth x {:.3g}", fit.bandwidth_factor));
  }
  if (!fit.corrections.empty()) {
    const auto [least, most] = std::minmax_element(
        fit.corrections.begin(), fit.corrections.end(),
        [](const Correction& a, const Correction& b) { return a.factor < b.factor; });
    parts.push_back(fmt::format("{} correction{} of time (x {:.3g} to x {:.3g})",
                                fit.corrections.size(), fit.corrections.size() == 1 ? "" : "s",
                                least->factor, most->factor));
  }
  return parts.empty() ? "nothing: the model's own figures do"
                       : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace palsim
