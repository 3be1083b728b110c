#include "sim/collectives/tree_all_reduce.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "tests/support/plan_laws.hpp"

using namespace palsim;

namespace {

std::int64_t floor_log2(std::int64_t ranks) {
  return std::bit_width(static_cast<std::uint64_t>(ranks)) - 1;
}

// How many children each inner node of the channel's tree has.
std::map<Rank, std::int64_t> children(const Channel& channel) {
  std::map<Rank, std::int64_t> counts;
  for (const Send& send : channel.stages.front().sends) {
    if (send.combine == Combine::reduce) ++counts[send.target];
  }
  return counts;
}

}  // namespace

TEST_CASE(
    "two trees give every rank every contribution exactly once in 2 floor(log2 K) - 1 + pieces "
    "steps") {
  for (const std::int64_t ranks : tested_ranks) {
    for (const std::int64_t pieces : {1, 2, 7}) {
      CAPTURE(ranks);
      CAPTURE(pieces);
      const Plan plan = tree_all_reduce(ranks, pieces);
      check_all_reduce(plan, ranks == 1 ? 0 : 2 * floor_log2(ranks) - 1 + pieces);
      CHECK(messages(plan) == 4 * (ranks - 1) * pieces);
    }
  }
}

TEST_CASE("each tree moves half of the buffer, and its nodes have at most two children") {
  for (const std::int64_t ranks : tested_ranks) {
    if (ranks == 1) continue;
    CAPTURE(ranks);
    const Plan plan = tree_all_reduce(ranks, 3);
    REQUIRE(plan.channels.size() == 2);
    for (const Channel& channel : plan.channels) {
      CHECK(2 * static_cast<std::int64_t>(channel.chunks.size()) == plan.chunks);
      for (const auto& [rank, count] : children(channel)) CHECK(count <= 2);
    }
  }
}

TEST_CASE("no rank is an inner node of both trees, so none sends more than twice the buffer") {
  for (const std::int64_t ranks : tested_ranks) {
    if (ranks == 1) continue;
    CAPTURE(ranks);
    const Plan plan = tree_all_reduce(ranks, 3);
    const auto first = children(plan.channels[0]);
    const auto second = children(plan.channels[1]);
    for (const auto& [rank, count] : first) CHECK_FALSE(second.contains(rank));
    CHECK(first.size() == static_cast<std::size_t>(ranks / 2));
    CHECK(second.size() == static_cast<std::size_t>(ranks / 2));
    const std::vector<std::int64_t> sent = traffic(plan).sent;
    CHECK(std::ranges::min(sent) >= plan.chunks);
    CHECK(std::ranges::max(sent) <= 2 * plan.chunks);
  }
}

TEST_CASE("the trees of six and of seven ranks are those of the paper's rule") {
  // {child, parent} by child, ranks from 0.
  const auto edges = [](std::int64_t ranks, std::size_t tree) {
    const Plan plan = tree_all_reduce(ranks);
    std::set<std::pair<Rank, Rank>> up;
    for (const Send& send : plan.channels[tree].stages.front().sends) {
      if (send.combine == Combine::reduce) up.insert({send.source, send.target});
    }
    return up;
  };
  using Edges = std::set<std::pair<Rank, Rank>>;
  CHECK(edges(6, 0) == Edges{{0, 1}, {2, 1}, {1, 3}, {4, 5}, {5, 3}});
  CHECK(edges(6, 1) == Edges{{5, 4}, {3, 4}, {4, 2}, {1, 0}, {0, 2}});
  CHECK(edges(7, 0) == Edges{{0, 1}, {2, 1}, {1, 3}, {4, 5}, {6, 5}, {5, 3}});
  CHECK(edges(7, 1) == Edges{{1, 2}, {3, 2}, {2, 4}, {5, 6}, {0, 6}, {6, 4}});
}

TEST_CASE("over nodes, chains hang below the trees' ranks and only those leave a node") {
  for (const std::int64_t nodes : {1, 2, 3, 4, 7}) {
    for (const std::int64_t workers : {2, 3, 8}) {
      CAPTURE(nodes);
      CAPTURE(workers);
      NodeChains forward;
      NodeChains backward;
      for (Rank first = 0; first < nodes * workers; first += workers) {
        Order chain = rank_order(workers, 0);
        for (Rank& rank : chain) rank += first;
        forward.push_back(chain);
        std::ranges::reverse(chain);
        backward.push_back(chain);
      }
      const Plan plan = tree_all_reduce(std::vector{forward, backward}, 5);
      check_all_reduce(plan, 2 * (floor_log2(nodes) + workers - 1) - 1 + 5);
      REQUIRE(plan.channels.size() == 4);
      std::int64_t crossing = 0;
      for (const Channel& channel : plan.channels) {
        for (const Send& send : channel.stages.front().sends) {
          if (send.source / workers != send.target / workers) ++crossing;
        }
      }
      CHECK(crossing == 4 * 2 * (nodes - 1));
    }
  }
}
