// The shortcuts of timing plans against the long way, message by message through the solver.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "sim/collectives/chain_broadcast.hpp"
#include "sim/collectives/halving_doubling_all_reduce.hpp"
#include "sim/collectives/hierarchical_all_reduce.hpp"
#include "sim/collectives/ring_all_reduce.hpp"
#include "sim/collectives/tree_all_reduce.hpp"
#include "sim/network/plan_timing.hpp"
#include "tests/support/draws.hpp"
#include "tests/support/network_examples.hpp"

using namespace palsim;

namespace {

const Link fast{gigabytes_per_s(12.5), nanoseconds(5000)};

std::int64_t ns(Duration duration) { return duration.count_ns(); }

}  // namespace

TEST_CASE("skipping what repeats, and the solver where no link is shared, changes no nanosecond") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    const std::int64_t ranks = network.ranks();
    const std::int64_t workers = network.workers_per_node();
    std::vector<Order> orders(1 + random() % 3, rank_order(ranks));
    for (Order& order : orders) {
      if (random() % 2) std::shuffle(order.begin(), order.end(), random);
    }
    // Small chunks too: then rounding and latency rule.
    const Bytes bytes(1 + static_cast<std::int64_t>(random() % (random() % 2 ? 5000 : 50'000'000)));
    std::vector<Order> chains(1, rank_order(ranks));
    for (const Plan& plan :
         {ring_all_reduce(orders), tree_all_reduce(ranks),
          tree_all_reduce(ranks, 1 + random() % 50), halving_doubling_all_reduce(ranks),
          hierarchical_all_reduce(ranks / workers, workers),
          chain_broadcast(chains, 1 + random() % 200)}) {
      for (const Latency latency : {Latency::counted, Latency::ignored}) {
        const Duration long_way = time_plan(network, plan, bytes, {Shortcuts::none, latency});
        CHECK(time_plan(network, plan, bytes, {Shortcuts::lone_messages, latency}) == long_way);
        CHECK(time_plan(network, plan, bytes, {Shortcuts::all, latency}) == long_way);
      }
    }
  }
}

TEST_CASE("skipping changes no nanosecond where many repetitions are left to skip") {
  Node node;
  for (const char* gpu : {"gpu0", "gpu1", "gpu2", "gpu3"}) {
    node.workers.push_back(gpu);
    node.links.push_back({gpu, "bus", {gigabytes_per_s(21), nanoseconds(700)}});
  }
  const Network network(node, 50, Fabric{"bus", {gigabytes_per_s(5), nanoseconds(3000)}});
  Order back;
  for (Rank rank = 0; rank < 200; ++rank) back.push_back(rank / 4 * 4 + 3 - rank % 4);
  const Plan plan = ring_all_reduce({rank_order(200), back});
  const Duration long_way = time_plan(network, plan, Bytes(99'999'999), {Shortcuts::none});
  CHECK(time_plan(network, plan, Bytes(99'999'999)) == long_way);
}

TEST_CASE("skipping changes no nanosecond where groups contend and ranks start late") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    std::vector<PlacedPlan> plans(1 + random() % 4);
    for (PlacedPlan& placed : plans) {
      placed.ranks = rank_order(network.ranks());
      std::shuffle(placed.ranks.begin(), placed.ranks.end(), random);
      placed.ranks.resize(1 + random() % placed.ranks.size());
      const auto ranks = static_cast<std::int64_t>(placed.ranks.size());
      const std::array<Plan, 3> choice{ring_all_reduce(ranks), tree_all_reduce(ranks),
                                       chain_broadcast(ranks, 1 + random() % 300)};
      placed.plan = choice[random() % choice.size()];
      placed.bytes = Bytes(static_cast<std::int64_t>(random() % (random() % 2 ? 5000 : 9'000'000)));
      const std::uint32_t spread_ns = random() % 2 ? 1'000'000 : 1 + random() % 10;
      for (Rank rank = 0; rank < ranks && random() % 4; ++rank) {
        placed.starts.resize(placed.ranks.size(), nanoseconds(random() % spread_ns));
        placed.starts[rank] = nanoseconds(random() % spread_ns);
      }
    }
    CHECK(time_plans(network, plans) == time_plans(network, plans, {Shortcuts::none}));
  }
}

TEST_CASE("what repeats is skipped up to a late start, and after it") {
  // The chain's pieces flow alone, then beside those of a second chain that starts in their midst.
  const Network network = star(3, fast);
  const PlacedPlan first{.plan = chain_broadcast(3, 20'000), .bytes = Bytes(250'000'000)};
  PlacedPlan second = first;
  for (const std::int64_t start_ns : {1, 11'000, 50'000'000, 50'000'001, 220'013'999}) {
    CAPTURE(start_ns);
    second.starts.assign(3, nanoseconds(start_ns));
    CHECK(time_plans(network, {first, second}) ==
          time_plans(network, {first, second}, {Shortcuts::none}));
  }
}

TEST_CASE("what repeats is not skipped past where a late message joins in or an early one ends") {
  // 500 repetitions of the first alone, 500 of both, 500 of the second, which is twice as large.
  const Plan plan{
      .ranks = 2,
      .chunks = 3,
      .channels = {
          {.chunks = {0, 1, 2},
           .stages = {
               {.sends = {{.source = 0, .target = 1},
                          {.source = 1, .target = 0, .first_chunk = 1, .chunks = 2, .lag = 500}},
                .repeat = 1000}}}}};
  const Network network = star(2, fast);
  const Duration time = time_plan(network, plan, Bytes(37'500'000));
  CHECK(time == time_plan(network, plan, Bytes(37'500'000), {Shortcuts::none}));
  CHECK(ns(time) == 500LL * (1'010'000 + 2'010'000 + 2'010'000));
}

TEST_CASE("two messages between the same ranks share their links in one step, not in two") {
  const Network network = star(2, fast);
  const Send first{.source = 0, .target = 1, .first_chunk = 0};
  const Send second{.source = 0, .target = 1, .first_chunk = 1};
  const auto time_of = [&](std::vector<Stage> stages) {
    const Plan plan{
        .ranks = 2, .chunks = 2, .channels = {{.chunks = {0, 1}, .stages = std::move(stages)}}};
    return ns(time_plan(network, plan, Bytes(25'000'000)));
  };
  CHECK(time_of({{.sends = {first}}}) == 1'000'000 + 10'000);
  CHECK(time_of({{.sends = {first, second}}}) == 2'000'000 + 10'000);
  CHECK(time_of({{.sends = {first}}, {.sends = {second}}}) == 2 * (1'000'000 + 10'000));
}

TEST_CASE("messages that share no link take what they take beside others that are yet to come") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    Draws random(seed);
    const Network network = random_cluster(random);
    const std::int64_t ranks = network.ranks();
    const Bytes bytes(1 + static_cast<std::int64_t>(random() % (random() % 2 ? 5000 : 50'000'000)));
    for (const Plan& plan :
         {ring_all_reduce(ranks), tree_all_reduce(ranks, 1 + random() % 20),
          halving_doubling_all_reduce(ranks), chain_broadcast(ranks, 1 + random() % 100)}) {
      for (const Latency latency : {Latency::counted, Latency::ignored}) {
        const TimingOptions options{.latency = latency};
        const PlacedPlan quiet{.plan = plan, .bytes = bytes};
        PlacedPlan later = quiet;  // over the same links, which are thereby shared
        later.starts.assign(static_cast<std::size_t>(ranks), milliseconds(1'000'000));
        CHECK(time_plans(network, {quiet, later}, options).front() ==
              time_plans(network, {quiet}, options).front());
      }
    }
  }
}
