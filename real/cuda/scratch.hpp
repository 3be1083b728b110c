// Memory that a worker's kernels take turns in. It grows to what the largest of them needs, in the
// first step, and is kept: later steps allocate nothing.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

namespace palsim::cuda {

class Scratch {
 public:
  explicit Scratch(cudaStream_t stream) : stream_(stream) {}
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // At least so many elements, aligned to 256 bytes, not initialized; until the next call, which
  // may hand out the same memory to kernels that come later in the stream. Throws InputError where
  // memory is short.
  template <class Element>
  Element* take(std::int64_t count) {
    return static_cast<Element*>(bytes(static_cast<std::size_t>(count) * sizeof(Element)));
  }

 private:
  void* bytes(std::size_t count);

  cudaStream_t stream_;
  void* memory_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace palsim::cuda
