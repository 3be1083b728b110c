// A GPU's memory for tensors: CUDA's own pool of it, which keeps what is given back, so that the
// next run need not ask the driver again.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace palsim::cuda {

// Of the present GPU. What is given back stays with the process.
void keep_freed_memory(int gpu);

// Bytes that tensors can still have: free ones, and those that the pool holds unused.
std::size_t free_memory(int gpu);

// Throws InputError, saying how much was asked for and what is left.
void* allocate(int gpu, std::size_t bytes, cudaStream_t stream);

}  // namespace palsim::cuda
