#include "sim/network/two_nodes.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/network/collective_plan.hpp"
#include "sim/network/plan_timing.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

WorkerGroup all_of(const Network& network, const Transport& transport) {
  return worker_group(network, transport, rank_order(network.ranks()));
}

}  // namespace

TEST_CASE("rings through many equal nodes take what they take on two of them") {
  int exact = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network drawn = random_cluster(random);
    const Network network(drawn.node(), 3 + random() % 6, drawn.fabric());
    Transport transport;
    for (std::uint32_t rings = random() % 4; rings > 0; --rings) {
      transport.rings.push_back(rank_order(network.workers_per_node()));
      std::shuffle(transport.rings.back().begin(), transport.rings.back().end(), random);
    }
    const WorkerGroup group = all_of(network, transport);
    for (const Collective collective :
         {Collective::all_reduce, Collective::reduce_scatter, Collective::all_gather}) {
      const Bytes bytes(1 + random() % 100'000'000);
      const auto two = rings_on_two_nodes(network, group, collective, bytes);
      REQUIRE(two);
      const PlacedPlan all = collective_plan(collective, Algorithm::ring, group, bytes);
      const Duration whole = time_plans(network, {all}).front();
      const Duration on_two = time_plans(two->network, {two->plan}).front();
      CHECK(on_two / whole == doctest::Approx(1).epsilon(1e-6));
      if (on_two == whole) ++exact;
    }
  }
  CHECK(exact >= 890);  // of 900; rounding may tell equal nodes apart
}

TEST_CASE("nodes that differ, or are not gone through in turn, are not taken for two") {
  const Link inner{gigabytes_per_s(10), nanoseconds(500)};
  const Network network(
      {.workers = {"a", "b"}, .links = {{"a", "bus", inner}, {"b", "bus", inner}}}, 4,
      Fabric{"bus", inner});
  const auto reducible = [&](Order ranks, const Transport& transport = {}) {
    return rings_on_two_nodes(network, worker_group(network, transport, std::move(ranks)),
                              Collective::all_reduce, Bytes(1000))
        .has_value();
  };
  CHECK(reducible({0, 1, 2, 3, 4, 5}));
  CHECK(reducible({1, 3, 5, 7}));
  CHECK_FALSE(reducible({0, 1, 2, 3}));        // two nodes are two nodes
  CHECK_FALSE(reducible({0, 1, 2, 3, 4}));     // the last node has one worker only
  CHECK_FALSE(reducible({0, 3, 5, 7}));        // other workers on the first node
  CHECK_FALSE(reducible({0, 2, 4, 1, 3, 5}));  // not node by node
  CHECK_FALSE(reducible({0, 1, 2, 3, 4, 5}, {.ring_order = RingOrder::interleaved}));
}
