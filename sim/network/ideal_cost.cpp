#include "sim/network/ideal_cost.hpp"

#include <algorithm>
#include <optional>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/core/error.hpp"
#include "sim/network/collective_plan.hpp"
#include "sim/network/link_load.hpp"
#include "sim/network/plan_timing.hpp"
#include "sim/network/two_nodes.hpp"

namespace palsim {
namespace {

struct Question {
  const Network& network;
  const std::vector<WorkerGroup>& groups;
  Collective collective;
  Bytes bytes;

  std::vector<PlacedPlan> plans(Algorithm algorithm, std::int64_t pieces) const {
    return collective_plans(collective, algorithm, groups, bytes, {.pieces = pieces});
  }
};

struct Answer {
  Duration time;
  std::int64_t workers = 0;  // of the group that ends last
};

bool runs_along_rings(Collective collective, Algorithm algorithm) {
  return algorithm == Algorithm::ring && collective != Collective::broadcast &&
         collective != Collective::point_to_point;
}

Answer timed(const Question& question, Algorithm algorithm, std::int64_t pieces) {
  const std::vector<PlacedPlan> plans = question.plans(algorithm, pieces);
  constexpr std::int64_t many_messages = 1 << 20;
  if (plans.size() == 1 && runs_along_rings(question.collective, algorithm) &&
      messages(plans.front().plan) > many_messages) {
    const WorkerGroup& group = question.groups.front();
    const auto two =
        rings_on_two_nodes(question.network, group, question.collective, question.bytes);
    if (two) return {time_plans(two->network, {two->plan}).front(), group.size()};
  }
  const std::vector<Duration> ends = time_plans(question.network, plans);
  const auto last = std::max_element(ends.begin(), ends.end());
  return {*last, question.groups[static_cast<std::size_t>(last - ends.begin())].size()};
}

// What no plan can beat: the busiest link's bytes over its rate. A little less, so that rounding to
// the nanosecond is allowed for.
Duration least_time(const Question& question, Algorithm algorithm) {
  constexpr double safely = 0.999;
  const std::vector<double> carried = link_bytes(question.network, question.plans(algorithm, 1));
  const std::optional<LinkId> busiest = bottleneck(question.network, carried);
  if (!busiest) return Duration();
  return Duration::seconds(safely * carried[*busiest] /
                           question.network.bandwidth(*busiest).count());
}

std::int64_t pieces_of(const Question& question, Algorithm algorithm) {
  std::int64_t most_ranks = 0;
  for (const WorkerGroup& group : question.groups) most_ranks = std::max(most_ranks, group.size());
  if (question.collective == Collective::broadcast) {
    const auto chains = static_cast<std::int64_t>(question.groups.front().rings.size());
    return broadcast_pieces(question.bytes, chains);
  }
  if (algorithm != Algorithm::tree) return 1;
  constexpr std::int64_t most_messages = 1 << 15;
  constexpr std::int64_t trees = 2;
  const std::int64_t most = most_messages / (2 * trees * (most_ranks - 1));
  return std::min(broadcast_pieces(question.bytes, trees), std::max<std::int64_t>(most, 1));
}

}  // namespace

CollectiveCost ideal_cost(const Network& network, const std::vector<WorkerGroup>& groups,
                          Collective collective, Algorithm forced, Bytes bytes) {
  const Question question{network, groups, collective, bytes};
  const bool is_forced = collective == Collective::all_reduce && forced != Algorithm::automatic;
  std::optional<CollectiveCost> best;
  for (const Algorithm algorithm : algorithms_for(collective, groups)) {
    if (is_forced && algorithm != forced) continue;
    if (best && least_time(question, algorithm) > best->time) continue;  // cannot be the fastest
    const auto consider = [&](std::int64_t pieces) {
      const Answer answer = timed(question, algorithm, pieces);
      if (best && answer.time >= best->time) return;
      best = CollectiveCost{.time = answer.time, .algorithm = algorithm, .workers = answer.workers};
    };
    consider(1);
    const std::int64_t pieces = pieces_of(question, algorithm);
    if (pieces > 1) consider(pieces);
  }
  require(best.has_value(), "no algorithm for a collective");
  return *best;
}

}  // namespace palsim
