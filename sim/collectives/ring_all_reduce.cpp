#include "sim/collectives/ring_all_reduce.hpp"

#include "sim/collectives/ring_turn.hpp"

namespace palsim {

Plan ring_all_reduce(const std::vector<Order>& orders) {
  return along_rings(orders, {Combine::reduce, Combine::copy});
}

Plan ring_all_reduce(std::int64_t ranks) {
  return ring_all_reduce(std::vector<Order>{rank_order(ranks)});
}

}  // namespace palsim
