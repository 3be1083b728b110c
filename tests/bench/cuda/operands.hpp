// What kernels are measured on: random numbers in the GPU's memory, in so many sets that calls
// which go from one set to the next find nothing of theirs in the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/bench/cuda/sizes.hpp"

namespace palsim::cuda {

// Uniform between the two.
struct Range {
  float low = -1;
  float high = 1;
};

struct Operand {
  std::int64_t count = 0;
  Range range = {};
};

class Operands {
 public:
  Operands(Sizes sizes, std::vector<Operand> operands);
  ~Operands();
  Operands(const Operands&) = delete;
  Operands& operator=(const Operands&) = delete;

  std::int64_t sets() const { return sets_; }
  // Of the set whose turn it is in this call; aligned to 256 bytes.
  float* at(std::int64_t call, std::size_t operand) const {
    return memory_ + call % sets_ * set_size_ + begins_[operand];
  }
  // The same memory for integers.
  std::int32_t* integers_at(std::int64_t call, std::size_t operand) const {
    return reinterpret_cast<std::int32_t*>(at(call, operand));
  }

 private:
  std::vector<std::int64_t> begins_;
  std::int64_t set_size_ = 0;
  std::int64_t sets_ = 1;
  float* memory_ = nullptr;
};

// Integers from 0 to `limit` - 1 in the GPU's memory.
class RandomIntegers {
 public:
  RandomIntegers(std::int64_t count, std::int64_t limit);
  ~RandomIntegers();
  RandomIntegers(const RandomIntegers&) = delete;
  RandomIntegers& operator=(const RandomIntegers&) = delete;

  const std::int32_t* data() const { return data_; }

 private:
  std::int32_t* data_ = nullptr;
};

}  // namespace palsim::cuda
