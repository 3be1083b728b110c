#include "sim/collectives/tree_all_reduce.hpp"

#include <algorithm>

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

// Which of so many nodes stands at a place.
std::int64_t node_at(std::int64_t place, std::int64_t nodes, Tree tree) {
  if (tree == Tree::first) return place - 1;
  return nodes % 2 == 0 ? nodes - place : place % nodes;
}

// By rank: its parent, or -1 for the root, and how many edges it is below the root.
struct Shape {
  std::vector<Rank> parents;
  std::vector<std::int64_t> depths;
};

Shape shape_of(const std::vector<Order>& nodes, std::int64_t ranks, Tree tree) {
  Shape shape{std::vector<Rank>(static_cast<std::size_t>(ranks), -1),
              std::vector<std::int64_t>(static_cast<std::size_t>(ranks))};
  const auto count = static_cast<std::int64_t>(nodes.size());
  const auto head = [&](std::int64_t place) {
    return nodes[static_cast<std::size_t>(node_at(place, count, tree))].front();
  };
  for (std::int64_t place = 1; place <= count; ++place) {
    const Order& chain = nodes[static_cast<std::size_t>(node_at(place, count, tree))];
    const std::int64_t above = parent(place, count);
    std::int64_t edges = depth(place, count);
    Rank hangs_below = above == 0 ? -1 : head(above);
    for (const Rank rank : chain) {
      shape.parents[static_cast<std::size_t>(rank)] = hangs_below;
      shape.depths[static_cast<std::size_t>(rank)] = edges++;
      hangs_below = rank;
    }
  }
  return shape;
}

// Piece after piece up to the root and down again.
Stage up_and_down(const Shape& shape, std::int64_t pieces) {
  const std::int64_t height = *std::max_element(shape.depths.begin(), shape.depths.end());
  Stage stage{.sends = {}, .repeat = pieces, .chunk_shift = 1};
  for (std::size_t at = 0; at < shape.parents.size(); ++at) {
    if (shape.parents[at] < 0) continue;
    const auto child = static_cast<Rank>(at);
    const Rank above = shape.parents[at];
    const std::int64_t edges = shape.depths[at];
    stage.sends.push_back(
        {.source = child, .target = above, .lag = height - edges, .combine = Combine::reduce});
    stage.sends.push_back({.source = above, .target = child, .lag = height + edges - 1});
  }
  return stage;
}

}  // namespace

Plan tree_all_reduce(const std::vector<NodeChains>& channels, std::int64_t pieces) {
  require(pieces >= 1, "an all-reduce in {} pieces", pieces);
  std::vector<Order> orders;
  for (const NodeChains& nodes : channels) {
    Order& order = orders.emplace_back();
    for (const Order& node : nodes) {
      require(!node.empty(), "a node without ranks");
      order.insert(order.end(), node.begin(), node.end());
    }
  }
  check_orders(orders);
  const auto ranks = static_cast<std::int64_t>(orders.front().size());
  Plan plan{.ranks = ranks, .chunks = 2 * pieces * static_cast<std::int64_t>(channels.size())};
  if (ranks == 1) return plan;
  for (const NodeChains& nodes : channels) {
    for (const Tree tree : {Tree::first, Tree::second}) {
      const auto before = static_cast<std::int64_t>(plan.channels.size());
      plan.channels.push_back({.chunks = chunk_range(before * pieces, pieces),
                               .stages = {up_and_down(shape_of(nodes, ranks, tree), pieces)}});
    }
  }
  return plan;
}

Plan tree_all_reduce(std::int64_t ranks, std::int64_t pieces) {
  NodeChains nodes;
  for (const Rank rank : rank_order(ranks)) nodes.push_back({rank});
  return tree_all_reduce(std::vector<NodeChains>{std::move(nodes)}, pieces);
}

}  // namespace palsim
