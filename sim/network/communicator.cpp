#include "sim/network/communicator.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"
#include "sim/network/bus_bandwidth.hpp"
#include "sim/network/collective_plan.hpp"
#include "sim/network/ideal_cost.hpp"
#include "sim/network/link_load.hpp"
#include "sim/network/measured_cost.hpp"

namespace palsim {
Communicator::Communicator(Network network, Transport transport, CommunicatorOptions options)
    : network_(std::move(network)), transport_(std::move(transport)), memory_(options.memory) {
  if (options.groups.empty()) {
    const std::int64_t workers = options.workers == 0 ? network_.ranks() : options.workers;
    require<InputError>(workers >= 1 && workers <= network_.ranks(),
                        "workers = {}, but the cluster has {}; write 1 to {}", workers,
                        network_.ranks(), network_.ranks());
    options.groups.push_back(rank_order(workers));
  }
  for (Order& ranks : options.groups) {
    workers_ += static_cast<std::int64_t>(ranks.size());
    WorkerGroup group = worker_group(network_, transport_, std::move(ranks));
    if (group.size() == 1) continue;  // has nobody to talk to
    std::string obstacle = palsim::obstacle_to(transport_, group.nodes, group.workers_per_node);
    if (obstacle.empty() && transport_.kind == TransportKind::measured) {
      obstacle = unmeasured(transport_, group.size());
    }
    require<InputError>(obstacle.empty(), "{}", obstacle);
    groups_.push_back(std::move(group));
  }
  const bool alike = std::all_of(groups_.begin(), groups_.end(), [&](const WorkerGroup& group) {
    return group.workers_per_node == groups_.front().workers_per_node;
  });
  require<InputError>(alike || transport_.algorithm != Algorithm::hierarchical,
                      "algorithm = \"hierarchical\" needs groups of equally many workers on each "
                      "node; write others, or \"ring\"");
  require<InputError>(groups_.size() <= 1 || transport_.kind != TransportKind::measured,
                      "kind = \"measured\": {} groups at the same time were not measured; write "
                      "one of them",
                      groups_.size());
}

std::string Communicator::obstacle_to(Collective collective) const {
  if (transport_.kind != TransportKind::measured || measured_times(transport_, collective)) {
    return "";
  }
  return "kind = \"measured\" tells of all-reduces and broadcasts only; write one of them, or kind "
         "= \"ideal\"";
}

// Whatever the algorithm: each of a group's K - 1 other ranks' parts has to come in once, and in an
// all-reduce the result has to go out to them.
Bytes Communicator::sent_per_worker(Collective collective, Bytes bytes) const {
  Bytes sent(0);
  for (const WorkerGroup& group : groups_) {
    const std::int64_t others = collective == Collective::point_to_point ? 1 : group.size() - 1;
    sent += bytes * (collective == Collective::all_reduce ? 2 * others : others);
  }
  return Bytes(std::llround(static_cast<double>(sent.count()) / static_cast<double>(workers_)));
}

Duration Communicator::setup() const { return groups_.empty() ? Duration() : transport_.setup; }

CollectiveCost Communicator::cost(Collective collective, Bytes bytes) {
  require(bytes >= Bytes(0), "a collective of {} bytes", bytes.count());
  if (groups_.empty() || bytes == Bytes(0)) return CollectiveCost{};
  if (memory_ == Memory::forget) return compute(collective, bytes);
  const auto known = remembered_.find({collective, bytes});
  if (known != remembered_.end()) return known->second;
  const CollectiveCost computed = compute(collective, bytes);
  remembered_.emplace(std::pair(collective, bytes), computed);
  return computed;
}

CollectiveCost Communicator::compute(Collective collective, Bytes bytes) {
  CollectiveCost cost;
  if (transport_.kind == TransportKind::measured) {
    cost = measured_cost(collective, bytes);
  } else if (transport_.kind == TransportKind::ideal) {
    cost = ideal_cost(network_, groups_, collective, transport_.algorithm, bytes);
    cost.time += transport_.launch;
  } else if (transport_.algorithm == Algorithm::hierarchical &&
             collective == Collective::all_reduce) {
    cost = hierarchical_nccl_cost(bytes);
  } else {
    cost = nccl_cost(collective, bytes);
  }
  cost.bytes_sent_per_worker = sent_per_worker(collective, bytes);
  return cost;
}

std::vector<double> Communicator::link_bytes(Collective collective, Bytes bytes) {
  if (network_.links() == 0) return {};
  const Algorithm algorithm = cost(collective, bytes).algorithm;
  const TreeShape tree =
      transport_.kind == TransportKind::nccl ? TreeShape::chains_in_nodes : TreeShape::ranks;
  return palsim::link_bytes(
      network_, collective_plans(collective, algorithm, groups_, bytes, {.tree = tree}));
}

CollectiveCost Communicator::measured_cost(Collective collective, Bytes bytes) const {
  const std::string obstacle = obstacle_to(collective);
  require<InputError>(obstacle.empty(), "{}", obstacle);
  const std::int64_t workers = groups_.front().size();
  const MeasuredTimes& times = *measured_times(transport_, collective);
  return {.time = measured_time(times, workers, bytes) + transport_.launch, .workers = workers};
}

CollectiveCost Communicator::nccl_cost(Collective collective, Bytes bytes) {
  CollectiveCost cost;
  const std::vector<BytesPerSecond>& bandwidths = bus_bandwidths_of(collective);
  for (std::size_t at = 0; at < groups_.size(); ++at) {
    const WorkerGroup& group = groups_[at];
    const NcclSetting setting{.workers = group.size(),
                              .nodes = group.nodes,
                              .node_links = transport_.node_links,
                              .fabric_latency = network_.fabric_latency(),
                              .bus_bandwidth = bandwidths[at],
                              .fit = transport_.fit};
    const NcclChoice choice =
        nccl_fastest(setting, collective, transport_.algorithm, transport_.protocol, bytes);
    if (choice.time <= cost.time) continue;
    cost = {.time = choice.time,
            .algorithm = choice.algorithm,
            .protocol = choice.protocol,
            .workers = group.size()};
  }
  cost.time += transport_.launch;
  return cost;
}

// NCCL has no such algorithm: frameworks make it of three collectives, one after the other. The
// fit's corrections by size are of the whole.
CollectiveCost Communicator::hierarchical_nccl_cost(Bytes bytes) {
  if (parts_.empty()) {
    parts_.push_back(part(groups_in_nodes));
    parts_.push_back(part(groups_across_nodes));
  }
  const Bytes shard((bytes.count() + groups_.front().workers_per_node - 1) /
                    groups_.front().workers_per_node);
  const Duration time = parts_[0].cost(Collective::reduce_scatter, bytes).time +
                        parts_[1].cost(Collective::all_reduce, shard).time +
                        parts_[0].cost(Collective::all_gather, bytes).time;
  return {.time = time.scaled(correction_at(transport_.fit.corrections, bytes)),
          .algorithm = Algorithm::hierarchical,
          .workers = groups_.front().size()};
}

Communicator Communicator::part(std::vector<Order> (*split)(const WorkerGroup&)) const {
  Transport transport = transport_;
  transport.algorithm = Algorithm::automatic;
  transport.fit.corrections.clear();
  std::vector<Order> groups;
  for (const WorkerGroup& group : groups_) {
    std::vector<Order> more = split(group);
    std::move(more.begin(), more.end(), std::back_inserter(groups));
  }
  return Communicator(network_, std::move(transport), {.groups = std::move(groups)});
}

const std::vector<BytesPerSecond>& Communicator::bus_bandwidths_of(Collective collective) {
  const auto known = bus_bandwidths_.find(collective);
  if (known != bus_bandwidths_.end()) return known->second;
  return bus_bandwidths_.emplace(collective, bus_bandwidths(network_, groups_, collective))
      .first->second;
}

BytesPerSecond Communicator::bus_bandwidth() {
  require(!groups_.empty(), "the bus bandwidth of a single worker");
  const std::vector<BytesPerSecond>& rates = bus_bandwidths_of(Collective::all_reduce);
  return *std::min_element(rates.begin(), rates.end());
}

}  // namespace palsim
