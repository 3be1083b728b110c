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

// Of the present GPU; null for no bytes. Throws InputError where they are not there, saying what
// ("a worker's tensors") needs how much, and what is left.
void* allocate(std::size_t bytes, const char* what, cudaStream_t stream);
// Once the stream is through with it.
void release(void* memory, cudaStream_t stream) noexcept;

}  // namespace palsim::cuda
