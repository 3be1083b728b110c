#include "sim/collectives/hierarchical_all_reduce.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/draws.hpp"
#include "tests/support/plan_laws.hpp"

using namespace palsim;

namespace {

// Chunks sent from one node to another.
std::int64_t chunks_between_nodes(const Plan& plan, std::int64_t workers_per_node) {
  std::int64_t sum = 0;
  for (const Channel& channel : plan.channels) {
    for (const Stage& stage : channel.stages) {
      for (const Send& send : stage.sends) {
        const bool leaves = send.source / workers_per_node != send.target / workers_per_node;
        if (leaves) sum += stage.repeat * send.chunks;
      }
    }
  }
  return sum;
}

// Visits every way to put the ranks into nodes of equal size.
template <class Visit>
void for_each_shape(std::int64_t ranks, Visit visit) {
  for (std::int64_t nodes = 1; nodes <= ranks; ++nodes) {
    if (ranks % nodes != 0) continue;
    CAPTURE(nodes);
    visit(nodes, ranks / nodes);
  }
}

}  // namespace

TEST_CASE(
    "rings in and across nodes give every rank every contribution exactly once in 2(m - 1) + "
    "2(n - 1) steps") {
  for (const std::int64_t ranks : tested_ranks) {
    CAPTURE(ranks);
    for_each_shape(ranks, [&](std::int64_t nodes, std::int64_t workers) {
      const Plan plan = hierarchical_all_reduce(nodes, workers);
      check_all_reduce(plan, 2 * (workers - 1) + 2 * (nodes - 1));
      CHECK(traffic(plan).sent ==
            std::vector<std::int64_t>(static_cast<std::size_t>(ranks), 2 * (ranks - 1)));
      CHECK(chunks_between_nodes(plan, workers) == 2 * (nodes - 1) * plan.chunks);
    });
  }
}

TEST_CASE("several rings in each node share the buffer, in whatever orders") {
  for (unsigned seed = 0; seed < 5; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    for_each_shape(12, [&](std::int64_t nodes, std::int64_t workers) {
      std::vector<Order> orders(3, rank_order(workers));
      for (Order& order : orders) std::shuffle(order.begin(), order.end(), random);
      const Plan plan = hierarchical_all_reduce(nodes, orders);
      check_all_reduce(plan, 2 * (workers - 1) + 2 * (nodes - 1));
      CHECK(chunks_between_nodes(plan, workers) == 2 * (nodes - 1) * plan.chunks);
    });
  }
}

TEST_CASE("between nodes a worker meets only those of its own number") {
  const Plan plan = hierarchical_all_reduce(4, {{2, 0, 1}});
  for (const Stage& stage : plan.channels.front().stages) {
    for (const Send& send : stage.sends) {
      CHECK((send.source / 3 == send.target / 3 || send.source % 3 == send.target % 3));
    }
  }
}
