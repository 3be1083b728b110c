#include "sim/collectives/ring_all_gather.hpp"

#include "sim/collectives/ring_turn.hpp"

namespace palsim {

Plan ring_all_gather(const std::vector<Order>& orders) {
  return along_rings(orders, {Combine::copy});
}

Plan ring_all_gather(std::int64_t ranks) {
  return ring_all_gather(std::vector<Order>{rank_order(ranks)});
}

}  // namespace palsim
