#include "real/cuda/scratch.hpp"

#include "real/cuda/memory_pool.hpp"

namespace palsim::cuda {

Scratch::~Scratch() { release(memory_, stream_); }

void* Scratch::bytes(std::size_t count) {
  if (count <= size_) return memory_;
  release(memory_, stream_);
  memory_ = nullptr;
  size_ = 0;
  memory_ = allocate(count, "a layer's intermediate results", stream_);
  size_ = count;
  return memory_;
}

}  // namespace palsim::cuda
