#include "sim/collectives/tree_all_reduce.hpp"

#include <bit>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

// The parent in the tree of places 1, ..., places numbered in order: a place's height is the number
// of zeros at its end, and its parent the nearest higher one, above or below. 0: it is the root.
std::int64_t parent(std::int64_t place, std::int64_t places) {
  const std::int64_t bit = place & -place;
  const std::int64_t below = place - bit;
  const std::int64_t between = below | (2 * bit);
  return between <= places ? between : below;
}

std::int64_t depth(std::int64_t place, std::int64_t places) {
  std::int64_t edges = 0;
  while ((place = parent(place, places)) != 0) ++edges;
  return edges;
}

enum class Tree { first, second };

Rank rank_at(std::int64_t place, std::int64_t ranks, Tree tree) {
  if (tree == Tree::first) return place - 1;
  return ranks % 2 == 0 ? ranks - place : place % ranks;
}

}  // namespace

Plan tree_all_reduce(std::int64_t ranks, std::int64_t pieces) {
  require(ranks >= 1, "an all-reduce over {} ranks", ranks);
  require(pieces >= 1, "an all-reduce in {} pieces", pieces);
  Plan plan{.ranks = ranks, .chunks = 2 * pieces};
  if (ranks == 1) return plan;
  const std::int64_t height = std::bit_width(static_cast<std::uint64_t>(ranks)) - 1;
  for (const Tree tree : {Tree::first, Tree::second}) {
    const auto before = static_cast<std::int64_t>(plan.channels.size());
    Stage stage{.sends = {}, .repeat = pieces, .chunk_shift = 1};
    for (std::int64_t place = 1; place <= ranks; ++place) {
      const std::int64_t above = parent(place, ranks);
      if (above == 0) continue;
      const Rank child = rank_at(place, ranks, tree);
      const Rank target = rank_at(above, ranks, tree);
      const std::int64_t edges = depth(place, ranks);
      stage.sends.push_back(
          {.source = child, .target = target, .lag = height - edges, .combine = Combine::reduce});
      stage.sends.push_back({.source = target, .target = child, .lag = height + edges - 1});
    }
    plan.channels.push_back(
        {.chunks = chunk_range(before * pieces, pieces), .stages = {std::move(stage)}});
  }
  return plan;
}

}  // namespace palsim
