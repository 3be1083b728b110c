#include "sim/network/link_load.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

const Link fast{gigabytes_per_s(12.5), nanoseconds(5000)};

// Two GPUs a node on a bus, an uplink a node.
Network pairs(std::int64_t nodes, double uplink_gigabytes_per_s) {
  const Link inner{gigabytes_per_s(10), nanoseconds(500)};
  return Network(
      {.workers = {"gpu0", "gpu1"}, .links = {{"gpu0", "bus", inner}, {"gpu1", "bus", inner}}},
      nodes, Fabric{"bus", {gigabytes_per_s(uplink_gigabytes_per_s), nanoseconds(3000)}});
}

}  // namespace

TEST_CASE("a ring puts 2(K - 1)/K S on every link of a star, each way") {
  for (const std::int64_t ranks : {2, 3, 8, 31}) {
    CAPTURE(ranks);
    const Network network = star(ranks, fast);
    for (const double bytes : link_bytes(network, ring_all_reduce(ranks), Bytes(31'000))) {
      const auto k = static_cast<double>(ranks);
      CHECK(bytes == doctest::Approx(2 * (k - 1) / k * 31'000).epsilon(1e-15));
    }
  }
}

TEST_CASE("a broadcast loads the links down the chain, and none back") {
  const Network network = star(3, fast);
  // By node: up to the switch, down from it.
  CHECK(link_bytes(network, chain_broadcast(3, 4), Bytes(100)) ==
        std::vector<double>{100, 0, 100, 100, 0, 100});
}

TEST_CASE("the bottleneck is the link that needs the longest, not the one that carries the most") {
  // A ring through two nodes of two crosses each uplink once and the bus twice a step.
  const Network narrow_uplink = pairs(2, 4);
  const auto of = [](const Network& network) {
    return network.link_name(
        bottleneck(network, link_bytes(network, ring_all_reduce(4), Bytes(4000))).value());
  };
  CHECK(of(narrow_uplink) == "node 0: bus -> fabric");
  CHECK(of(pairs(2, 40)) == "node 0: gpu0 -> bus");
  CHECK_FALSE(bottleneck(narrow_uplink, link_bytes(narrow_uplink, ring_all_reduce(4), Bytes(0)))
                  .has_value());
  CHECK_FALSE(bottleneck(star(1, fast), link_bytes(star(1, fast), ring_all_reduce(1), Bytes(9)))
                  .has_value());
}

TEST_CASE("plans at once load a link with the sum of what each puts there") {
  const Network network = pairs(3, 5);
  const PlacedPlan first{
      .plan = ring_all_reduce(3), .bytes = Bytes(3000), .ranks = {0, 2, 4}, .starts = {}};
  const PlacedPlan second{
      .plan = tree_all_reduce(2), .bytes = Bytes(700), .ranks = {1, 5}, .starts = {}};
  const std::vector<double> both = link_bytes(network, {first, second});
  const std::vector<double> one = link_bytes(network, {first});
  const std::vector<double> other = link_bytes(network, {second});
  for (std::size_t link = 0; link < both.size(); ++link) {
    CHECK(both[link] == one[link] + other[link]);
  }
  CHECK(one[4] == 4000);  // node 0's uplink
  CHECK(both[4] == 4700);
}

TEST_CASE("bytes sent are bytes received, and both are the plan's") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const std::int64_t ranks = 2 + static_cast<std::int64_t>(random() % 20);
    const Network network = star(ranks, fast);
    std::vector<Order> orders(1 + random() % 3, rank_order(ranks));
    for (Order& order : orders) std::shuffle(order.begin(), order.end(), random);
    const Bytes bytes(static_cast<std::int64_t>(random() % 100'000));
    for (const Plan& plan : {ring_all_reduce(orders), tree_all_reduce(ranks),
                             chain_broadcast({orders.front()}, 1 + random() % 9)}) {
      const std::vector<double> carried = link_bytes(network, plan, bytes);
      double sent = 0;
      double received = 0;
      for (std::size_t link = 0; link < carried.size(); link += 2) {
        sent += carried[link];
        received += carried[link + 1];
      }
      const auto whole = static_cast<double>(bytes_sent(plan, bytes).count());
      CHECK(std::fabs(sent - whole) <= 0.5 + 1e-12 * whole);
      CHECK(std::fabs(received - whole) <= 0.5 + 1e-12 * whole);
    }
  }
}

TEST_CASE("a plan over ranks that the network does not have loads nothing") {
  CHECK_THROWS_WITH_AS(link_bytes(star(3, fast), ring_all_reduce(4), Bytes(1)),
                       "4 ranks on a network of 3 workers", InputError);
}
