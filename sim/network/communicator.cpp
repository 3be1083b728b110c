#include "sim/network/communicator.hpp"

#include <algorithm>
#include <cmath>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/core/error.hpp"
#include "sim/network/collective_plan.hpp"
#include "sim/network/link_load.hpp"
#include "sim/network/plan_timing.hpp"
#include "sim/network/two_nodes.hpp"

namespace palsim {
namespace {

bool runs_along_rings(Collective collective, Algorithm algorithm) {
  return algorithm == Algorithm::ring && collective != Collective::broadcast &&
         collective != Collective::point_to_point;
}

}  // namespace
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
    groups_.push_back(worker_group(network_, transport_, std::move(ranks)));
    const WorkerGroup& group = groups_.back();
    const std::string obstacle = obstacle_to(transport_, group.nodes, group.workers_per_node);
    require<InputError>(obstacle.empty(), "{}", obstacle);
    workers_ += groups_.back().size();
  }
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

bool Communicator::moves_nothing(Bytes bytes) const {
  return bytes == Bytes(0) || workers_ == static_cast<std::int64_t>(groups_.size());
}

Duration Communicator::setup() const {
  return workers_ == static_cast<std::int64_t>(groups_.size()) ? Duration() : transport_.setup;
}

CollectiveCost Communicator::cost(Collective collective, Bytes bytes) {
  require(bytes >= Bytes(0), "a collective of {} bytes", bytes.count());
  if (moves_nothing(bytes)) return CollectiveCost{};
  if (memory_ == Memory::forget) return compute(collective, bytes);
  const auto known = remembered_.find({collective, bytes});
  if (known != remembered_.end()) return known->second;
  const CollectiveCost computed = compute(collective, bytes);
  remembered_.emplace(std::pair(collective, bytes), computed);
  return computed;
}

CollectiveCost Communicator::compute(Collective collective, Bytes bytes) {
  CollectiveCost cost;
  if (transport_.kind == TransportKind::ideal) {
    cost = ideal_cost(collective, bytes);
  } else if (transport_.algorithm == Algorithm::hierarchical &&
             collective == Collective::all_reduce) {
    cost = hierarchical_nccl_cost(bytes);
  } else {
    cost = nccl_cost(collective, bytes);
  }
  cost.bytes_sent_per_worker = sent_per_worker(collective, bytes);
  return cost;
}

std::vector<PlacedPlan> Communicator::plans(Collective collective, Algorithm algorithm, Bytes bytes,
                                            PlanOptions options) const {
  if (transport_.kind == TransportKind::nccl) options.tree = TreeShape::chains_in_nodes;
  std::vector<PlacedPlan> plans;
  for (const WorkerGroup& group : groups_) {
    if (group.size() > 1) {
      plans.push_back(collective_plan(collective, algorithm, group, bytes, options));
    }
  }
  return plans;
}

Duration Communicator::time_of(Collective collective, Algorithm algorithm, std::int64_t pieces,
                               Bytes bytes) const {
  const std::vector<PlacedPlan> all = plans(collective, algorithm, bytes, {.pieces = pieces});
  constexpr std::int64_t many_messages = 1 << 20;
  if (all.size() == 1 && runs_along_rings(collective, algorithm) &&
      messages(all.front().plan) > many_messages) {
    const auto two = rings_on_two_nodes(network_, groups_.front(), collective, bytes);
    if (two) return time_plans(two->network, {two->plan}).front();
  }
  const std::vector<Duration> ends = time_plans(network_, all);
  return *std::max_element(ends.begin(), ends.end());
}

std::vector<double> Communicator::link_bytes(Collective collective, Bytes bytes) {
  if (moves_nothing(bytes)) return palsim::link_bytes(network_, {});
  return palsim::link_bytes(network_, plans(collective, cost(collective, bytes).algorithm, bytes));
}

// What no plan can beat: the busiest link's bytes over its rate. A little less, so that rounding to
// the nanosecond is allowed for.
Duration Communicator::least_time(Collective collective, Algorithm algorithm, Bytes bytes) const {
  constexpr double safely = 0.999;
  const std::vector<double> carried =
      palsim::link_bytes(network_, plans(collective, algorithm, bytes));
  const std::optional<LinkId> busiest = bottleneck(network_, carried);
  if (!busiest) return Duration();
  return Duration::seconds(safely * carried[*busiest] / network_.bandwidth(*busiest).count());
}

// NCCL's pieces; of a tree over many ranks fewer, since all its messages contend with each other
// and are simulated one by one.
std::int64_t Communicator::pieces_of(Collective collective, Algorithm algorithm,
                                     Bytes bytes) const {
  const WorkerGroup& group = groups_.front();
  if (collective == Collective::broadcast) {
    return broadcast_pieces(bytes, static_cast<std::int64_t>(group.rings.size()));
  }
  if (algorithm != Algorithm::tree) return 1;
  constexpr std::int64_t most_messages = 1 << 15;
  constexpr std::int64_t trees = 2;
  const std::int64_t most = most_messages / (2 * trees * (group.size() - 1));
  return std::clamp<std::int64_t>(broadcast_pieces(bytes, trees), 1,
                                  std::max<std::int64_t>(most, 1));
}

// Trees and chains go whole or in pieces, whichever is sooner: each piece waits for the links'
// latencies again. What cannot be the fastest is not timed.
CollectiveCost Communicator::ideal_cost(Collective collective, Bytes bytes) const {
  const bool forced =
      collective == Collective::all_reduce && transport_.algorithm != Algorithm::automatic;
  std::optional<CollectiveCost> best;
  for (const Algorithm algorithm : algorithms_for(collective, groups_)) {
    if (forced && algorithm != transport_.algorithm) continue;
    if (best && least_time(collective, algorithm, bytes) > best->time) continue;
    const auto consider = [&](std::int64_t pieces) {
      const Duration time = time_of(collective, algorithm, pieces, bytes);
      if (!best || time < best->time) best = CollectiveCost{.time = time, .algorithm = algorithm};
    };
    consider(1);
    const std::int64_t pieces = pieces_of(collective, algorithm, bytes);
    if (pieces > 1) consider(pieces);
  }
  best->time += transport_.launch;
  return *best;
}

CollectiveCost Communicator::nccl_cost(Collective collective, Bytes bytes) {
  CollectiveCost cost;
  for (const WorkerGroup& group : groups_) {
    if (group.size() == 1) continue;
    const NcclSetting setting{.workers = group.size(),
                              .nodes = group.nodes,
                              .node_links = transport_.node_links,
                              .fabric_latency = network_.fabric_latency(),
                              .bus_bandwidth = bus_bandwidth(),
                              .fit = transport_.fit};
    const NcclChoice choice =
        nccl_fastest(setting, collective, transport_.algorithm, transport_.protocol, bytes);
    if (choice.time > cost.time) cost = {choice.time, Bytes(0), choice.algorithm, choice.protocol};
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
          .algorithm = Algorithm::hierarchical};
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

BytesPerSecond Communicator::bus_bandwidth() {
  if (bus_bandwidth_) return *bus_bandwidth_;
  // Without latencies time is proportional to bytes, so one size will do: chunks of about 10 ms,
  // that rounding to the nanosecond is lost in.
  std::vector<PlacedPlan> placed = plans(Collective::all_reduce, Algorithm::ring, Bytes(0));
  require(!placed.empty(), "the bus bandwidth of a single worker");
  for (PlacedPlan& plan : placed) {
    const Send& send = plan.plan.channels[0].stages[0].sends[0];
    const Route first =
        network_.route(network_rank(plan, send.source), network_rank(plan, send.target));
    const Bytes chunk(1 + std::llround(network_.bandwidth(first.links.front()).count() * 0.01));
    plan.bytes = chunk * plan.plan.chunks;
  }
  const std::vector<Duration> ends = time_plans(network_, placed, {.latency = Latency::ignored});
  std::optional<BytesPerSecond> least;
  for (std::size_t at = 0; at < ends.size(); ++at) {
    const auto n = static_cast<double>(placed[at].plan.ranks);
    const BytesPerSecond rate(2 * (n - 1) / n * static_cast<double>(placed[at].bytes.count()) /
                              ends[at].in_seconds());
    if (!least || rate < *least) least = rate;
  }
  bus_bandwidth_ = least;
  return *least;
}

}  // namespace palsim
