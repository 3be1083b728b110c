#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {

// A GPU's order is its own.
void in_all_orders(const std::function<void()>& check) { check(); }

}  // namespace palsim::cuda
