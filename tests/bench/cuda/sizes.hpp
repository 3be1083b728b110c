// How large the figures' inputs are.
#pragma once

namespace palsim::cuda {

enum class Sizes {
  full,
  tiny  // whether it all runs; the times say nothing
};

}  // namespace palsim::cuda
