// Sums over the rows of a matrix on a GPU.
#pragma once

#include <cstdint>

#include "real/cuda/context.hpp"

namespace palsim::cuda {

// sums[column] += the sum of the column of x, rows x columns.
void column_sums(const Context& context, std::int64_t rows, std::int64_t columns, const float* x,
                 float* sums);

}  // namespace palsim::cuda
