#include "sim/collectives/ring_order.hpp"

#include <algorithm>
#include <numeric>

#include "sim/core/error.hpp"

namespace palsim {

Order rank_order(std::int64_t ranks, Rank first) {
  require(ranks >= 1, "an order of {} ranks", ranks);
  require(first >= 0 && first < ranks, "an order from rank {} of {}", first, ranks);
  Order order(static_cast<std::size_t>(ranks));
  std::iota(order.begin(), order.end(), Rank{0});
  std::rotate(order.begin(), order.begin() + first, order.end());
  return order;
}

void check_distinct(const Order& order, std::int64_t ranks) {
  std::vector<char> seen(static_cast<std::size_t>(ranks));
  for (const Rank rank : order) {
    const auto at = static_cast<std::size_t>(rank);
    require(rank >= 0 && rank < ranks && !seen[at], "rank {} twice or beyond {} ranks", rank,
            ranks);
    seen[at] = 1;
  }
}

void check_orders(const std::vector<Order>& orders) {
  require(!orders.empty() && !orders.front().empty(), "a collective over no ranks");
  for (const Order& order : orders) {
    require(order.size() == orders.front().size(), "orders of {} and {} ranks", order.size(),
            orders.front().size());
    check_distinct(order, static_cast<std::int64_t>(order.size()));
  }
}

}  // namespace palsim
