#include "cuda_on_host.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

struct Ascending {
  ~Ascending() { cuda_on_host::set_order(cuda_on_host::Order::ascending); }
};

}  // namespace

void in_all_orders(const std::function<void()>& check) {
  using cuda_on_host::Order;
  const Ascending afterwards;
  for (const Order order : {Order::ascending, Order::descending}) {
    CAPTURE(static_cast<int>(order));
    cuda_on_host::set_order(order);
    check();
  }
  for (const std::uint32_t seed : {1U, 2U}) {
    CAPTURE(seed);
    cuda_on_host::set_order(Order::shuffled, seed);
    check();
  }
}

}  // namespace palsim::cuda
