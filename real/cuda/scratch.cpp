#include "real/cuda/scratch.hpp"

#include "real/cuda/check.hpp"

namespace palsim::cuda {

Scratch::~Scratch() { cudaFree(memory_); }

void* Scratch::bytes(std::size_t count) {
  if (count <= size_) return memory_;
  check(cudaStreamSynchronize(stream_), "waiting for the GPU");
  check(cudaFree(memory_), "freeing scratch memory");
  memory_ = nullptr;
  size_ = 0;
  check(cudaMalloc(&memory_, count), "allocating scratch memory for a layer");
  size_ = count;
  return memory_;
}

}  // namespace palsim::cuda
