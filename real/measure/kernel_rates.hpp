// How fast a backend runs the kernels that training is made of.
#pragma once

#include "real/backend/backend.hpp"
#include "real/device/shapes.hpp"
#include "sim/core/quantity.hpp"

namespace palsim {

// Of a linear layer's forward and backward together, when `workers` of them run at once: one
// worker's.
FlopsPerSecond measure_linear(const Backend& backend, const LinearShape& shape, Rank workers);

// Of the updates of so many parameters (inner optimizer, mix, outer step), as bytes read and
// written: one worker's, when `workers` run at once.
BytesPerSecond measure_updates(const Backend& backend, std::int64_t parameters, Rank workers);

// How single calls of that layer vary on one worker: standard deviation over mean.
double measure_variation(const Backend& backend, const LinearShape& shape);

// Copying within memory, bytes read and written: of all `workers` together.
BytesPerSecond measure_copy(const Backend& backend, Rank workers);

// What a kernel takes that has nothing to do, one after the other.
Duration measure_launch(const Backend& backend);

}  // namespace palsim
