#include "sim/collectives/ring_reduce_scatter.hpp"

#include "sim/collectives/ring_turn.hpp"

namespace palsim {

Plan ring_reduce_scatter(const std::vector<Order>& orders) {
  return along_rings(orders, {Combine::reduce});
}

Plan ring_reduce_scatter(std::int64_t ranks) {
  return ring_reduce_scatter(std::vector<Order>{rank_order(ranks)});
}

}  // namespace palsim
