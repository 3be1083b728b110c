#include "sim/network/communicator.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/core/error.hpp"
#include "sim/network/plan_timing.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

const Link fast{gigabytes_per_s(12.5), nanoseconds(5000)};
const Transport ideal{};
const Transport nccl{.kind = TransportKind::nccl};

// Two GPUs a node on a bus of 10 GB/s each way.
Network pairs(std::int64_t nodes) {
  const Link inner{gigabytes_per_s(10), nanoseconds(500)};
  return Network(
      {.workers = {"gpu0", "gpu1"}, .links = {{"gpu0", "bus", inner}, {"gpu1", "bus", inner}}},
      nodes, Fabric{"bus", fast});
}

}  // namespace

TEST_CASE("an ideal all-reduce takes the fastest of its algorithms, or the one that is forced") {
  const Network network = star(12, fast);
  Communicator communicator(network, ideal);
  const CollectiveCost small = communicator.all_reduce(Bytes(1200));
  CHECK(small.algorithm == Algorithm::tree);  // halving-doubling folds four of the twelve in
  CHECK(small.time == time_plan(network, tree_all_reduce(12), Bytes(1200)));
  const CollectiveCost large = communicator.all_reduce(Bytes(120'000'000));
  CHECK(large.algorithm == Algorithm::ring);
  CHECK(large.time == time_plan(network, ring_all_reduce(12), Bytes(120'000'000)));
  CHECK(large.bytes_sent_per_worker == Bytes(220'000'000));
  CHECK_FALSE(large.protocol.has_value());
  // On sixteen, halving-doubling has the ring's bytes and the tree's latency.
  CHECK(Communicator(star(16, fast), ideal).all_reduce(Bytes(16'000'000)).algorithm ==
        Algorithm::halving_doubling);

  for (const Algorithm algorithm :
       {Algorithm::ring, Algorithm::tree, Algorithm::halving_doubling, Algorithm::hierarchical}) {
    const auto time = [&](Algorithm one) {
      return Communicator(pairs(3), {.algorithm = one}).all_reduce(Bytes(1'000'000)).time;
    };
    CHECK(Communicator(pairs(3), {.algorithm = algorithm}).all_reduce(Bytes(1600)).algorithm ==
          algorithm);
    CHECK(time(Algorithm::automatic) <= time(algorithm));
  }
}

TEST_CASE("a tree goes whole or in pieces, whichever is sooner") {
  const Network network = star(8, fast);
  Communicator tree(network, {.algorithm = Algorithm::tree});
  CHECK(tree.all_reduce(Bytes(80'000)).time ==
        time_plan(network, tree_all_reduce(8), Bytes(80'000)));
  CHECK(tree.all_reduce(Bytes(64 << 20)).time ==
        time_plan(network, tree_all_reduce(8, 64), Bytes(64 << 20)));
}

TEST_CASE("groups that do the same at the same time contend for the links they share") {
  // Two pairs on either side of one narrow link, which both rings cross or neither.
  const Link wide{gigabytes_per_s(10), Duration()};
  const Network network({.workers = {"a", "b", "c", "d"},
                         .links = {{"a", "left", wide},
                                   {"b", "left", wide},
                                   {"c", "right", wide},
                                   {"d", "right", wide},
                                   {"left", "right", {gigabytes_per_s(1), Duration()}}}});
  const auto time_of = [&](std::vector<Order> groups) {
    return Communicator(network, {.algorithm = Algorithm::ring}, {.groups = std::move(groups)})
        .all_reduce(Bytes(1'000'000))
        .time;
  };
  CHECK(time_of({{0, 1}}) == nanoseconds(100'000));
  CHECK(time_of({{0, 1}, {2, 3}}) == nanoseconds(100'000));
  CHECK(time_of({{0, 2}}) == nanoseconds(1'000'000));
  CHECK(time_of({{0, 2}, {1, 3}}) == nanoseconds(2'000'000));
  Communicator crossing(network, nccl, {.groups = {{0, 2}, {3, 1}}});
  CHECK(crossing.bus_bandwidth().count() == doctest::Approx(0.5e9));
  const std::vector<double> carried = crossing.link_bytes(Collective::all_reduce, Bytes(1'000'000));
  CHECK(carried[8] == 2'000'000);  // left to right: a chunk there, one back, of either group
  CHECK(carried[9] == 2'000'000);
  CHECK(carried[0] == 1'000'000);
}

TEST_CASE("groups that share no link cost what the slower costs alone, whatever their sizes") {
  const Network network = pairs(4);  // two workers a node
  for (const TransportKind kind : {TransportKind::ideal, TransportKind::nccl}) {
    const Transport transport{.kind = kind, .algorithm = Algorithm::ring};
    const auto cost_of = [&](std::vector<Order> groups) {
      return Communicator(network, transport, {.groups = std::move(groups)})
          .all_reduce(Bytes(64'000'000));
    };
    const CollectiveCost pair = cost_of({{0, 1}});
    const CollectiveCost six = cost_of({{2, 3, 4, 5, 6, 7}});
    for (const auto& groups : {std::vector<Order>{{0, 1}, {2, 3, 4, 5, 6, 7}},
                               std::vector<Order>{{2, 3, 4, 5, 6, 7}, {0, 1}}}) {
      const CollectiveCost both = cost_of(groups);
      CHECK(both.time == std::max(pair.time, six.time));
      CHECK(both.workers == 6);
    }
    // A worker alone has nothing to do, and is in nobody's way.
    CHECK(cost_of({{0}, {2, 3, 4, 5, 6, 7}}).time == six.time);
    CHECK(cost_of({{0}, {1}}).time == Duration());
  }
}

TEST_CASE("sends and broadcasts contend only in the direction in which they go") {
  for (const TransportKind kind : {TransportKind::ideal, TransportKind::nccl}) {
    const auto time_of = [&](Collective collective, std::vector<Order> groups) {
      return Communicator(star(4, fast), {.kind = kind}, {.groups = std::move(groups)})
          .cost(collective, Bytes(125'000'000))
          .time.in_seconds();
    };
    for (const Collective collective : {Collective::point_to_point, Collective::broadcast}) {
      const double alone = time_of(collective, {{0, 1}});
      CHECK(alone == doctest::Approx(0.01).epsilon(0.01));
      CHECK(time_of(collective, {{0, 1}, {1, 0}}) == doctest::Approx(alone).epsilon(1e-6));
      CHECK(time_of(collective, {{0, 1}, {1, 2}}) == doctest::Approx(alone).epsilon(1e-6));
      CHECK(time_of(collective, {{0, 1}, {0, 2}}) == doctest::Approx(2 * alone).epsilon(0.01));
    }
  }
}

TEST_CASE("a group may name its nodes in any order") {
  for (const TransportKind kind : {TransportKind::ideal, TransportKind::nccl}) {
    for (const Algorithm algorithm : {Algorithm::automatic, Algorithm::hierarchical}) {
      const auto time_of = [&](Order ranks) {
        return Communicator(pairs(3), {.kind = kind, .algorithm = algorithm},
                            {.groups = {std::move(ranks)}})
            .all_reduce(Bytes(6'000'000))
            .time;
      };
      CHECK(time_of({4, 5, 0, 1, 2, 3}) == time_of({0, 1, 2, 3, 4, 5}));
    }
  }
}

TEST_CASE("hierarchical runs in several groups at once, if they are alike") {
  Transport transport = nccl;
  transport.algorithm = Algorithm::hierarchical;
  transport.fit.corrections = {{Bytes(1000), 1.5}};
  const Network network = pairs(6);
  const auto time_of = [&](const Transport& with, std::vector<Order> groups) {
    return Communicator(network, with, {.groups = std::move(groups)})
        .all_reduce(Bytes(40'000'000))
        .time;
  };
  const Duration alone = time_of(transport, {{0, 1, 2, 3}});
  CHECK(time_of(transport, {{0, 1, 2, 3}, {8, 9, 10, 11}, {4}}) == alone);
  Transport uncorrected = transport;
  uncorrected.fit.corrections.clear();
  CHECK(alone == time_of(uncorrected, {{0, 1, 2, 3}}).scaled(1.5));  // once, of the whole
  CHECK_THROWS_AS(
      Communicator(Network(Node{{"a", "b", "c"},
                                {{"a", "bus", fast}, {"b", "bus", fast}, {"c", "bus", fast}}},
                           4, Fabric{"bus", fast}),
                   transport, {.groups = {{0, 1, 3, 4}, {6, 7, 8, 9, 10, 11}}}),
      InputError);
}

TEST_CASE("rings go where the links are widest, and a poor order can be forced") {
  // Two GPUs on either bridge, numbered crosswise.
  const Link wide{gigabytes_per_s(20), nanoseconds(500)};
  const Network crosswise({.workers = {"a", "b", "c", "d"},
                           .links = {{"a", "left", wide},
                                     {"c", "left", wide},
                                     {"b", "right", wide},
                                     {"d", "right", wide},
                                     {"left", "right", {gigabytes_per_s(10), nanoseconds(500)}}}});
  CHECK(Communicator(crosswise, ideal).bus_bandwidth().count() == doctest::Approx(10e9));
  CHECK(Communicator(crosswise, {.rings = {{0, 1, 2, 3}}}).bus_bandwidth().count() ==
        doctest::Approx(5e9));
  // Round the nodes again and again: every hop crosses the fabric, each uplink carries two.
  const Network nodes = pairs(4);
  CHECK(Communicator(nodes, ideal).bus_bandwidth().count() == doctest::Approx(10e9));
  CHECK(Communicator(nodes, {.ring_order = RingOrder::interleaved}).bus_bandwidth().count() ==
        doctest::Approx(6.25e9));
}

TEST_CASE("hierarchical with NCCL is reduce-scatter in the nodes, all-reduce across, all-gather") {
  const Network network = pairs(4);
  Transport transport = nccl;
  transport.algorithm = Algorithm::hierarchical;
  transport.launch = nanoseconds(3000);
  Communicator whole(network, transport);
  Transport parts = transport;
  parts.algorithm = Algorithm::automatic;
  Communicator in_nodes(network, parts, {.groups = {{0, 1}, {2, 3}, {4, 5}, {6, 7}}});
  Communicator across(network, parts, {.groups = {{0, 2, 4, 6}, {1, 3, 5, 7}}});
  const Bytes bytes(80'000'000);
  const CollectiveCost cost = whole.all_reduce(bytes);
  CHECK(cost.time == in_nodes.cost(Collective::reduce_scatter, bytes).time +
                         across.all_reduce(Bytes(40'000'000)).time +
                         in_nodes.cost(Collective::all_gather, bytes).time);
  CHECK(cost.algorithm == Algorithm::hierarchical);
  CHECK(cost.bytes_sent_per_worker == Bytes(140'000'000));
}

TEST_CASE(
    "a launch is paid with every collective and a set-up only by who has somebody to talk to") {
  for (Transport transport : {ideal, nccl}) {
    const Duration without = Communicator(pairs(2), transport).all_reduce(Bytes(5000)).time;
    transport.launch = nanoseconds(7000);
    transport.setup = nanoseconds(900'000);
    Communicator communicator(pairs(2), transport);
    CHECK(communicator.all_reduce(Bytes(5000)).time == without + nanoseconds(7000));
    CHECK(communicator.setup() == nanoseconds(900'000));
    CHECK(Communicator(pairs(2), transport, {.workers = 1}).setup() == Duration());
  }
}

TEST_CASE("algorithms that cannot run are refused") {
  const auto with = [](const Network& network, TransportKind kind, Algorithm algorithm,
                       std::int64_t workers = 0) {
    return Communicator(network, {.kind = kind, .algorithm = algorithm}, {.workers = workers});
  };
  CHECK_THROWS_WITH_AS(
      with(pairs(1), TransportKind::ideal, Algorithm::hierarchical),
      "algorithm = \"hierarchical\" needs several nodes with equally many workers, two or more, on "
      "each; here are workers of one node; write \"ring\", \"tree\" or \"auto\"",
      InputError);
  CHECK_THROWS_AS(with(star(4, fast), TransportKind::nccl, Algorithm::hierarchical), InputError);
  CHECK_THROWS_AS(with(pairs(4), TransportKind::nccl, Algorithm::hierarchical, 5), InputError);
  CHECK_NOTHROW(with(pairs(4), TransportKind::nccl, Algorithm::hierarchical, 6));
  CHECK_THROWS_WITH_AS(with(pairs(4), TransportKind::nccl, Algorithm::halving_doubling),
                       "algorithm = \"halving_doubling\": NCCL has none; write \"ring\", \"tree\" "
                       "or \"hierarchical\", or kind = \"ideal\"",
                       InputError);
  CHECK_NOTHROW(with(pairs(4), TransportKind::ideal, Algorithm::halving_doubling));
}

TEST_CASE("groups name ranks of the network, each once") {
  const auto group = [](Order ranks) {
    return Communicator(pairs(2), ideal, {.groups = {std::move(ranks)}});
  };
  CHECK_NOTHROW(group({3, 0}));
  CHECK_THROWS_WITH_AS(group({0, 4}), "rank 4, but the cluster has 4; write 0 to 3", InputError);
  CHECK_THROWS_WITH_AS(group({1, 0, 1}), "rank 1 twice; write each rank once", InputError);
}

TEST_CASE("an ideal broadcast goes whole or in pieces, whichever is sooner") {
  Communicator communicator(star(3, fast), ideal);
  CHECK(communicator.broadcast(Bytes(12'500)).time == nanoseconds(2 * 11'000));
  // 1 MiB in two pieces: three steps of half of it.
  CHECK(communicator.broadcast(Bytes(1 << 20)).time == nanoseconds(3 * (41'943 + 10'000)));
  CHECK(communicator.broadcast(Bytes(300)).bytes_sent_per_worker == Bytes(200));
}

TEST_CASE("an ideal broadcast starts at rank 0, wherever the rings start") {
  const Network triangle({.workers = {"a", "b", "c"},
                          .links = {{"a", "b", {gigabytes_per_s(10), nanoseconds(100)}},
                                    {"b", "c", {gigabytes_per_s(5), nanoseconds(200)}},
                                    {"a", "c", {gigabytes_per_s(1), nanoseconds(250)}}}});
  for (const std::vector<std::int64_t>& ring :
       {std::vector<std::int64_t>{0, 1, 2}, {1, 2, 0}, {2, 0, 1}}) {
    CAPTURE(ring);
    Communicator communicator(triangle, {.rings = {ring}});
    CHECK(communicator.broadcast(Bytes(10'000)).time ==
          nanoseconds((1000 + 100) + (2000 + 200)));  // a to b to c
  }
  // Half of it from a to b to c and half from a to c to b: the two meet nowhere.
  Communicator both_ways(triangle, {.rings = {{1, 2, 0}, {2, 1, 0}}});
  CHECK(both_ways.broadcast(Bytes(10'000)).time == nanoseconds((5000 + 250) + (1000 + 200)));
}

TEST_CASE("one worker or no bytes cost nothing") {
  for (const Transport& transport : {ideal, nccl}) {
    Communicator alone(star(4, fast), transport, {.workers = 1});
    CHECK(alone.all_reduce(Bytes(1000)).time == Duration());
    CHECK(alone.broadcast(Bytes(1000)).bytes_sent_per_worker == Bytes(0));
    Communicator four(star(4, fast), transport);
    CHECK(four.all_reduce(Bytes(0)).time == Duration());
    CHECK(four.all_reduce(Bytes(0)).bytes_sent_per_worker == Bytes(0));
  }
}

TEST_CASE("remembered costs equal those computed anew") {
  Draws random(3);
  for (const Transport& transport : {ideal, nccl}) {
    const Network network = pairs(3);
    Communicator remembers(network, transport);
    Communicator forgets(network, transport, {.memory = Memory::forget});
    for (int i = 0; i < 60; ++i) {
      const Bytes bytes(random() % 8 * 100'000);
      const bool broadcast = random() % 2;
      const CollectiveCost a = broadcast ? remembers.broadcast(bytes) : remembers.all_reduce(bytes);
      const CollectiveCost b = broadcast ? forgets.broadcast(bytes) : forgets.all_reduce(bytes);
      CHECK(a.time == b.time);
      CHECK(a.bytes_sent_per_worker == b.bytes_sent_per_worker);
      CHECK(a.algorithm == b.algorithm);
      CHECK(a.protocol == b.protocol);
    }
  }
}

TEST_CASE("the bus bandwidth is what the rings reach without latencies") {
  const auto bus_gigabytes_per_s = [](const Network& network, Transport transport = {},
                                      std::int64_t workers = 0) {
    return Communicator(network, std::move(transport), {.workers = workers})
               .bus_bandwidth()
               .count() /
           1e9;
  };
  CHECK(bus_gigabytes_per_s(star(8, fast)) == doctest::Approx(12.5));
  CHECK(bus_gigabytes_per_s(pairs(1)) == doctest::Approx(10));
  CHECK(bus_gigabytes_per_s(pairs(4)) == doctest::Approx(10));
  // Two rings through each node's GPUs, one each way, over direct links of their own.
  const Network triangle({.workers = {"a", "b", "c"},
                          .links = {{"a", "b", fast}, {"b", "c", fast}, {"a", "c", fast}}});
  CHECK(bus_gigabytes_per_s(triangle, {.rings = {{0, 1, 2}, {2, 1, 0}}}) == doctest::Approx(25));
  // With two of them in use, both rings have become the same pair, in either direction.
  CHECK(bus_gigabytes_per_s(triangle, {.rings = {{0, 1, 2}, {2, 1, 0}}}, 2) ==
        doctest::Approx(12.5));
}

TEST_CASE("NCCL's time is its latency plus bytes over the algorithm's bandwidth") {
  Communicator communicator(
      pairs(2),
      {.kind = TransportKind::nccl, .algorithm = Algorithm::ring, .protocol = Protocol::simple});
  // Four hops in nodes, two between them with 10 us of fabric; 10 GB/s of bus bandwidth.
  const CollectiveCost cost = communicator.all_reduce(Bytes(100'000'000));
  CHECK(static_cast<double>(cost.time.count_ns()) ==
        doctest::Approx(8'400 + 4 * 5'700 + 2 * 24'000 + 15'000'000).epsilon(1e-6));
  CHECK(cost.algorithm == Algorithm::ring);
  CHECK(cost.protocol == Protocol::simple);
  CHECK(cost.bytes_sent_per_worker == Bytes(150'000'000));
  CHECK(communicator.broadcast(Bytes(100)).bytes_sent_per_worker == Bytes(75));
}

TEST_CASE("more workers than the network has are refused") {
  CHECK_THROWS_WITH_AS(Communicator(star(4, fast), ideal, {.workers = 5}),
                       "workers = 5, but the cluster has 4; write 1 to 4", InputError);
}

TEST_CASE("a broadcast along several rings cuts the share of each into pieces of a slot") {
  const Link link{gigabytes_per_s(10), nanoseconds(1000)};
  const Network triangle({.workers = {"a", "b", "c"},
                          .links = {{"a", "b", link}, {"b", "c", link}, {"a", "c", link}}});
  Communicator communicator(triangle, {.rings = {{0, 1, 2}, {0, 2, 1}}});
  // Shares of 4 MiB in slots of 512 KiB.
  CHECK(communicator.broadcast(Bytes(8 << 20)).time ==
        time_plan(triangle, chain_broadcast({{0, 1, 2}, {0, 2, 1}}, 8), Bytes(8 << 20)));
}
