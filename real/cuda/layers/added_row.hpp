// A row added to all rows of a matrix on a GPU: a bias, or a table of positions.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"

namespace palsim::cuda {

// y = x + added in each row; `columns` numbers each. Where x is null, y = added.
void add_row(const Context& context, std::int64_t rows, std::int64_t columns, const float* x,
             const float* added, float* y);

}  // namespace palsim::cuda
