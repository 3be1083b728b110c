#include "sim/network/plan_timing.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/hierarchical_all_reduce.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/core/error.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

const Link fast{gigabytes_per_s(12.5), nanoseconds(5000)};

std::int64_t ns(Duration duration) { return duration.count_ns(); }

// 2(K - 1) (S / K / B + route latency), not rounded.
double ring_ns(double ranks, double bytes, const Link& link) {
  const double step = bytes / ranks / link.bandwidth.count() * 1e9 +
                      2 * static_cast<double>(link.latency.count_ns());
  return 2 * (ranks - 1) * step;
}

}  // namespace

TEST_CASE("a ring on a star takes 2(K - 1) (S / K / B + L) to within a nanosecond a step") {
  for (const Link& link : {fast, Link{BytesPerSecond(100e6 / 8), nanoseconds(50'000)},
                           Link{gigabytes_per_s(0.3), nanoseconds(0)}}) {
    for (std::int64_t ranks = 2; ranks <= 64; ++ranks) {
      for (const std::int64_t bytes : {1, 64, 1000, 1'000'003, 268'435'456}) {
        CAPTURE(ranks);
        CAPTURE(bytes);
        const Duration time = time_plan(star(ranks, link), ring_all_reduce(ranks), Bytes(bytes));
        const double exact = ring_ns(static_cast<double>(ranks), static_cast<double>(bytes), link);
        CHECK(std::fabs(static_cast<double>(ns(time)) - exact) <=
              2.0 * static_cast<double>(ranks - 1));
      }
    }
  }
}

TEST_CASE("256 MiB on 12.5 GB/s and 5 us a link take what other simulators say") {
  const auto seconds = [](std::int64_t ranks) {
    return time_plan(star(ranks, fast), ring_all_reduce(ranks), Bytes(256 << 20)).in_seconds();
  };
  // To within half a nanosecond a step, which they do not round.
  CHECK(std::fabs(seconds(4) - 0.03227225472) <= 3e-9);
  CHECK(std::fabs(seconds(8) - 0.03772096384) <= 7e-9);
  CHECK(std::fabs(seconds(64) - 0.04353858432) <= 63e-9);
  CHECK(std::fabs(seconds(256) - 0.0478819008) <= 255e-9);
}

TEST_CASE("100 000 ranks take the closed form") {
  const std::int64_t ranks = 100'000;
  const Duration time = time_plan(star(ranks, fast), ring_all_reduce(ranks), Bytes(1'000'000'000));
  CHECK(ns(time) == 2 * (ranks - 1) * (800 + 10'000));
}

TEST_CASE("trees on a star take 2 floor(log2 K) (S / B + L) where they are full, else less") {
  for (std::int64_t ranks = 2; ranks <= 64; ++ranks) {
    CAPTURE(ranks);
    const auto places = static_cast<std::uint64_t>(ranks);
    const std::int64_t height = std::bit_width(places) - 1;
    // Two children a node send half of the buffer each, in every step.
    const std::int64_t full = 2 * height * (100'000 + 10'000);
    const std::int64_t time =
        ns(time_plan(star(ranks, fast), tree_all_reduce(ranks), Bytes(1'250'000)));
    CHECK(time <= full);
    if (std::has_single_bit(places + 1)) CHECK(time == full);
    if (std::has_single_bit(places)) CHECK(time == full - 2 * 50'000);  // the root has one child
  }
}

TEST_CASE("pieces go up one tree and down the other at the same time") {
  for (const std::int64_t pieces : {1, 2, 10, 1000}) {
    CAPTURE(pieces);
    // The first piece goes up alone and the last one down.
    const Duration pair = time_plan(star(2, fast), tree_all_reduce(2, pieces), Bytes(12'500'000));
    CHECK(ns(pair) ==
          2 * (500'000 / pieces + 10'000) + (pieces - 1) * (1'000'000 / pieces + 10'000));
  }
  for (const std::int64_t ranks : {8, 13, 24, 64}) {
    CAPTURE(ranks);
    // An inner node with two children sends 2 S in all, so never more than that share of a piece.
    const Plan plan = tree_all_reduce(ranks, 1000);
    const std::int64_t time = ns(time_plan(star(ranks, fast), plan, Bytes(1'250'000'000)));
    CHECK(time >= 1000 * (200'000 + 10'000));
    CHECK(time <= steps(plan) * (200'000 + 10'000));
  }
}

TEST_CASE("a chain on a star takes (K - 2 + pieces) (S / pieces / B + L)") {
  for (const std::int64_t ranks : {2, 3, 8, 50}) {
    for (const std::int64_t pieces : {1, 4, 100}) {
      const Duration time =
          time_plan(star(ranks, fast), chain_broadcast(ranks, pieces), Bytes(12'500'000));
      CHECK(ns(time) == (ranks - 2 + pieces) * (1'000'000 / pieces + 10'000));
    }
  }
}

TEST_CASE("halving and doubling on a star take the ring's bytes and 2 log2 K latencies") {
  for (const std::int64_t ranks : {2, 4, 8, 64}) {
    CAPTURE(ranks);
    const std::int64_t log2 = std::bit_width(static_cast<std::uint64_t>(ranks)) - 1;
    const Duration time =
        time_plan(star(ranks, fast), halving_doubling_all_reduce(ranks), Bytes(100'000'000));
    CHECK(ns(time) == 2 * (8'000'000 - 8'000'000 / ranks + log2 * 10'000));
  }
}

TEST_CASE("a hierarchical all-reduce takes a ring in the node and one across, m of them sharing") {
  Node node;
  for (const char* gpu : {"gpu0", "gpu1", "gpu2", "gpu3"}) {
    node.workers.push_back(gpu);
    node.links.push_back({gpu, "bus", {gigabytes_per_s(20), nanoseconds(1000)}});
  }
  const Network network(node, 5, Fabric{"bus", {gigabytes_per_s(10), nanoseconds(3000)}});
  // Shares of a quarter of the 200 MB inside; of them a fifth across, four at once on an uplink.
  CHECK(ns(time_plan(network, hierarchical_all_reduce(5, 4), Bytes(200'000'000))) ==
        2 * 3 * (2'500'000 + 2000) + 2 * 4 * (4 * 1'000'000 + 8000));
}

TEST_CASE("one rank or no bytes take no time") {
  CHECK(time_plan(star(1, fast), ring_all_reduce(1), Bytes(1000)) == Duration());
  CHECK(time_plan(star(4, fast), ring_all_reduce(4), Bytes(0)) == Duration());
  CHECK(time_plan(star(4, fast), tree_all_reduce(4), Bytes(0)) == Duration());
  CHECK(time_plan(star(4, fast), hierarchical_all_reduce(2, 2), Bytes(0)) == Duration());
  CHECK(time_plan(star(4, fast), halving_doubling_all_reduce(4), Bytes(0)) == Duration());
}

TEST_CASE("two rings over the same links share them, and two over different links do not") {
  const Network network = star(5, fast);
  const Bytes bytes(125'000'000);
  const Order order = rank_order(5);
  const Order back(order.rbegin(), order.rend());
  const Duration one = time_plan(network, ring_all_reduce(5), bytes);
  const Duration same = time_plan(network, ring_all_reduce({order, order}), bytes);
  CHECK(same == one);  // half the bytes at half the rate
  const Duration both_ways = time_plan(network, ring_all_reduce({order, back}), bytes);
  CHECK(both_ways == one);  // a host has one uplink for both
  const Network pair(
      {.workers = {"a", "b"}, .links = {{"a", "b", fast}, {"a", "x", fast}, {"x", "b", fast}}});
  CHECK(ns(time_plan(pair, ring_all_reduce(2), bytes)) == 2 * (5'000'000 + 5000));
}

TEST_CASE("a collective over some of a network's workers is that over a smaller network") {
  CHECK(time_plan(star(9, fast), ring_all_reduce(4), Bytes(4'000'000)) ==
        time_plan(star(4, fast), ring_all_reduce(4), Bytes(4'000'000)));
  CHECK_THROWS_WITH_AS(time_plan(star(3, fast), ring_all_reduce(4), Bytes(1)),
                       "4 ranks on a network of 3 workers", InputError);
}

TEST_CASE("twice the bandwidth and half the latency halve a communication") {
  const Link twice{gigabytes_per_s(25), nanoseconds(2500)};
  for (const std::int64_t ranks : {2, 3, 7, 16}) {
    for (const Plan& plan :
         {ring_all_reduce(ranks), tree_all_reduce(ranks), chain_broadcast(ranks, 9)}) {
      const std::int64_t slow_ns = ns(time_plan(star(ranks, fast), plan, Bytes(3'456'789)));
      const std::int64_t fast_ns = ns(time_plan(star(ranks, twice), plan, Bytes(3'456'789)));
      CHECK(std::abs(slow_ns - 2 * fast_ns) <= 2 * steps(plan));  // each step is rounded
    }
  }
}

TEST_CASE("relabelling the ranks of a star changes nothing") {
  for (unsigned seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    Order order = rank_order(13);
    std::shuffle(order.begin(), order.end(), random);
    CHECK(time_plan(star(13, fast), ring_all_reduce({order}), Bytes(1'000'001)) ==
          time_plan(star(13, fast), ring_all_reduce(13), Bytes(1'000'001)));
  }
}

TEST_CASE(
    "a ring on a star whose rank i starts i ms late ends at the last start + the quiet ring") {
  for (const std::int64_t ranks : {2, 3, 8, 17}) {
    for (const std::int64_t bytes : {1, 1'000'003, 268'435'456}) {
      CAPTURE(ranks);
      CAPTURE(bytes);
      const Network network = star(ranks, fast);
      PlacedPlan late{.plan = ring_all_reduce(ranks), .bytes = Bytes(bytes)};
      for (Rank rank = 0; rank < ranks; ++rank) late.starts.push_back(milliseconds(rank));
      const Duration quiet = time_plan(network, late.plan, late.bytes);
      CHECK(time_plans(network, {late}).front() == late.starts.back() + quiet);
    }
  }
}

TEST_CASE("what all start later ends later by as much, on any network") {
  for (unsigned seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    const auto ranks = static_cast<std::size_t>(network.ranks());
    const Bytes bytes(static_cast<std::int64_t>(random() % 10'000'000));
    const Plan plan = ring_all_reduce(network.ranks());
    const Duration later = nanoseconds(random());
    CHECK(time_plans(network, {{plan, bytes, {}, std::vector<Duration>(ranks, later)}}).front() ==
          later + time_plan(network, plan, bytes));
  }
}

TEST_CASE("a plan without transfers ends at its last start") {
  const std::vector<Duration> starts{milliseconds(3), milliseconds(1)};
  const Network network = star(2, fast);
  CHECK(time_plans(network, {{ring_all_reduce(2), Bytes(0), {}, starts},
                             {ring_all_reduce(1), Bytes(9), {1}, {milliseconds(7)}},
                             {ring_all_reduce(1), Bytes(9)}}) ==
        std::vector<Duration>{milliseconds(3), milliseconds(7), Duration()});
  CHECK(time_plans(network, {}).empty());
}

TEST_CASE("two equal rings at once take as long as one of twice the bytes") {
  const Network network = star(6, fast);
  const PlacedPlan ring{.plan = ring_all_reduce(6), .bytes = Bytes(12'000'000)};
  const Duration twice = time_plan(network, ring.plan, Bytes(24'000'000));
  CHECK(time_plans(network, {ring, ring}) == std::vector<Duration>{twice, twice});
}

TEST_CASE("groups that share no link do not notice each other") {
  const Network network = star(9, fast);
  const std::vector<PlacedPlan> groups{{ring_all_reduce(3), Bytes(3'000'000), {0, 5, 2}},
                                       {tree_all_reduce(4), Bytes(100'000), {8, 7, 6, 1}},
                                       {ring_all_reduce(2), Bytes(777), {3, 4}}};
  const std::vector<Duration> together = time_plans(network, groups);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const PlacedPlan& alone = groups[group];
    CHECK(together[group] == time_plan(star(alone.plan.ranks, fast), alone.plan, alone.bytes));
  }
}

TEST_CASE("one ring per local rank across the nodes: all share the uplinks") {
  // Four GPUs a node of 10 GB/s each, 20 GB/s between nodes: each ring gets half of what it could.
  Node node;
  for (const char* gpu : {"gpu0", "gpu1", "gpu2", "gpu3"}) {
    node.workers.push_back(gpu);
    node.links.push_back({gpu, "bus", {gigabytes_per_s(10), nanoseconds(0)}});
  }
  const Network network(node, 3, Fabric{"bus", {gigabytes_per_s(20), nanoseconds(0)}});
  std::vector<PlacedPlan> rings;
  for (Rank local = 0; local < 4; ++local) {
    rings.push_back({ring_all_reduce(3), Bytes(30'000'000), {local, 4 + local, 8 + local}});
  }
  CHECK(ns(time_plans(network, {rings.front()}).front()) == 4 * 1'000'000);
  for (const Duration end : time_plans(network, rings)) CHECK(ns(end) == 4 * 2'000'000);
}

TEST_CASE(
    "a plan that starts while another runs slows it down, and one that starts later does not") {
  const Network network = star(2, fast);
  const Bytes bytes(25'000'000);  // 2 steps of 1 ms and 10 us
  const auto ends = [&](Duration second_start) {
    return time_plans(network, {{ring_all_reduce(2), bytes},
                                {ring_all_reduce(2), bytes, {}, {second_start, second_start}}});
  };
  CHECK(ends(nanoseconds(2'020'000)) ==
        std::vector<Duration>{nanoseconds(2'020'000), nanoseconds(4'040'000)});
  // From 1.51 ms on both flow: what the first has left, 0.51 ms alone, takes twice that.
  CHECK(ends(nanoseconds(1'500'000)) ==
        std::vector<Duration>{nanoseconds(2'530'000), nanoseconds(4'030'000)});
}
