// The same flows and the same plans through palsim and through SimGrid, equal to within a
// microsecond per second.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/hierarchical_all_reduce.hpp"
#include "sim/collectives/ring_all_gather.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/ring_reduce_scatter.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/network/plan_timing.hpp"
#include "tests/peers/simgrid_peer.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/flow_oracle.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

// A microsecond per second, and some nanoseconds for those that palsim rounds to.
bool agree(double simulated_s, double simgrid_s, double rounded_ns) {
  return std::fabs(simulated_s - simgrid_s) <= 1e-6 * simgrid_s + 1e-9 * rounded_ns;
}

// palsim rounds every arrival to the nanosecond, and where small messages contend in long chains
// the half nanoseconds grow: a different one is first, and so on. In slow motion they are nothing.
constexpr std::int64_t slowness = 100'000;

Network in_slow_motion(const Network& network) {
  const auto slower = [](Link link) {
    link.bandwidth = link.bandwidth * (1.0 / slowness);
    link.latency = link.latency * slowness;
    return link;
  };
  Node node = network.node();
  for (NodeLink& each : node.links) each.link = slower(each.link);
  std::optional<Fabric> fabric = network.fabric();
  if (fabric) fabric->uplink = slower(fabric->uplink);
  return Network(node, network.nodes(), fabric);
}

const Link fast{gigabytes_per_s(12.5), nanoseconds(5000)};

Order shuffled(std::int64_t ranks, Draws& random) {
  Order order = rank_order(ranks);
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

std::vector<Order> random_orders(std::int64_t ranks, Draws& random) {
  std::vector<Order> orders(1 + random() % 3);
  for (Order& order : orders) order = shuffled(ranks, random);
  return orders;
}

// As many nodes as divide the ranks, and rings within them.
Plan random_hierarchy(std::int64_t ranks, Draws& random) {
  std::int64_t nodes = 1 + random() % ranks;
  while (ranks % nodes != 0) --nodes;
  return hierarchical_all_reduce(nodes, random_orders(ranks / nodes, random));
}

// Trees over nodes of one rank or more, other ones in each channel.
Plan random_trees(std::int64_t ranks, Draws& random) {
  std::vector<NodeChains> channels(1 + random() % 3);
  for (NodeChains& nodes : channels) {
    for (const Rank rank : shuffled(ranks, random)) {
      if (nodes.empty() || random() % 2) nodes.emplace_back();
      nodes.back().push_back(rank);
    }
  }
  return tree_all_reduce(channels, 1 + random() % 10);
}

// Any collective over the ranks.
Plan random_plan(std::int64_t ranks, Draws& random) {
  switch (random() % 8) {
    case 0:
      return ring_all_reduce(random_orders(ranks, random));
    case 1:
      return ring_reduce_scatter(random_orders(ranks, random));
    case 2:
      return ring_all_gather(random_orders(ranks, random));
    case 3:
      return halving_doubling_all_reduce(ranks);
    case 4:
      return random_hierarchy(ranks, random);
    case 5:
      return random_trees(ranks, random);
    case 6:
      return tree_all_reduce(ranks, 1 + random() % 10);
    default:
      return chain_broadcast(ranks, 1 + random() % 50);
  }
}

}  // namespace

TEST_CASE("random flows over random clusters end when SimGrid says") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    const std::vector<FlowRequest> flows = random_flows(random, network, 1 + random() % 200);
    const std::vector<Time> finishes = finish_times(network, flows);
    const std::vector<double> simgrid_s = simgrid_flows(network, flows).ends_s;
    REQUIRE(simgrid_s.size() == flows.size());
    for (std::size_t flow = 0; flow < flows.size(); ++flow) {
      CAPTURE(flow);
      CHECK(agree(finishes[flow].in_seconds(), simgrid_s[flow], 10));
    }
  }
}

TEST_CASE("random plans at once, on random groups with random starts, end when SimGrid says") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = in_slow_motion(random_cluster(random));
    std::vector<PlacedPlan> plans(1 + random() % 4);
    std::int64_t most_steps = 0;
    for (PlacedPlan& placed : plans) {
      placed.ranks = rank_order(network.ranks());
      std::shuffle(placed.ranks.begin(), placed.ranks.end(), random);
      placed.ranks.resize(1 + random() % placed.ranks.size());
      const auto ranks = static_cast<std::int64_t>(placed.ranks.size());
      placed.plan = random_plan(ranks, random);
      // Chunks of whole bytes: SimGrid takes no others.
      placed.bytes = Bytes(placed.plan.chunks * (1 + random() % (random() % 2 ? 500 : 900'000)));
      for (Rank rank = 0; rank < ranks; ++rank) {
        const Duration start = nanoseconds(random() % 2 ? random() % 1'000'000 : 0);
        placed.starts.push_back(start * slowness);
      }
      most_steps += steps(placed.plan);
    }
    const std::vector<Duration> ends = time_plans(network, plans);
    const std::vector<double> simgrid_s = simgrid_plans(network, plans).ends_s;
    REQUIRE(simgrid_s.size() == plans.size());
    for (std::size_t plan = 0; plan < plans.size(); ++plan) {
      CAPTURE(plan);
      CHECK(agree(ends[plan].in_seconds(), simgrid_s[plan], static_cast<double>(most_steps)));
    }
  }
}

TEST_CASE("a ring as one writes it for SimGrid takes what its plan takes") {
  for (const std::int64_t ranks : {2, 4, 8, 64}) {
    CAPTURE(ranks);
    const Bytes bytes(256 << 20);
    const Duration time = time_plan(star(ranks, fast), ring_all_reduce(ranks), bytes);
    CHECK(agree(time.in_seconds(), simgrid_rings(ranks, bytes, fast).ends_s.front(),
                static_cast<double>(2 * ranks)));
  }
}
