// How a model begins: as torch's modules do by default, or Hugging Face's language models.
#pragma once

#include <cstdint>
#include <vector>

#include "models/graph.hpp"
#include "real/replica/memory_plan.hpp"
#include "sim/core/random.hpp"

namespace palsim {

// One tensor of the model; each has a random stream of its own, so that all workers draw alike.
// Norms begin with weight 1 and bias 0. In token models every other bias is 0 and every matrix
// normal with deviation 0.02; in the others both are uniform within 1 / sqrt(fan in).
template <class T>
std::vector<T> initial_tensor(const ModelGraph& graph, std::size_t tensor, Seed seed);

// Batch norm's running means are 0 and variances 1; masks, which no kernel reads, are 0.
template <class T>
std::vector<T> initial_buffers(const ModelGraph& graph, const MemoryPlan& plan);

}  // namespace palsim
