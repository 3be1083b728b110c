// The order of an all-reduce's additions in the form that a kernel executes: a code of one byte a
// worker or addition, chunk by chunk. Most plans sum up in one of two shapes, for which the kernel
// holds all numbers in registers.
#pragma once

#include <cstdint>
#include <vector>

#include "real/comm/sum_order.hpp"

namespace palsim::cuda {

// Each worker's vector goes to the kernel as a parameter.
constexpr int most_workers = 64;

enum class SumShape {
  // A ring's: each worker adds its own number to the sum so far, in the code's order.
  chain,
  // Halving and doubling's: the code's first half sums up to one number, its second half to
  // another, which is added to it; and so on within the halves.
  balanced,
  // The code is all additions, target and source.
  any
};

struct SumProgram {
  SumShape shape = SumShape::any;
  int workers = 1;
  int chunks = 1;
  std::vector<std::uint8_t> code = {};
};

// Throws InputError for more workers than the kernel takes.
SumProgram sum_program(const SumOrder& order);

}  // namespace palsim::cuda
