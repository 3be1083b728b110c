#include "tests/bench/cuda/operands.hpp"

#include <cuda_runtime.h>

#include <algorithm>
#include <random>

#include "real/cuda/check.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

constexpr std::int64_t alignment = 64;  // in floats

std::int64_t cache_bytes() {
  int bytes = 0;
  check(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, 0), "asking for the cache's size");
  return bytes;
}

// Draws some and repeats them: drawing all would take longer than what is measured.
void draw(std::int64_t count, const Range& range, float* to) {
  static std::mt19937 engine(1);
  std::uniform_real_distribution<float> uniform(range.low, range.high);
  std::vector<float> drawn(static_cast<std::size_t>(std::min<std::int64_t>(count, 1 << 20)));
  for (float& value : drawn) value = uniform(engine);
  check(cudaMemcpy(to, drawn.data(), drawn.size() * sizeof(float), cudaMemcpyHostToDevice),
        "uploading random numbers");
  for (std::int64_t done = std::ssize(drawn); done < count; done *= 2) {
    const auto more = static_cast<std::size_t>(std::min(done, count - done));
    check(cudaMemcpy(to + done, to, more * sizeof(float), cudaMemcpyDeviceToDevice),
          "repeating random numbers");
  }
}

}  // namespace

Operands::Operands(Sizes sizes, std::vector<Operand> operands) {
  for (const Operand& operand : operands) {
    begins_.push_back(set_size_);
    set_size_ += (operand.count + alignment - 1) / alignment * alignment;
  }
  require(set_size_ > 0, "a benchmark without operands");
  // Four caches' worth: what is read again has left the cache long before.
  const auto set_bytes = set_size_ * static_cast<std::int64_t>(sizeof(float));
  sets_ = sizes == Sizes::tiny ? 2 : (4 * cache_bytes() + set_bytes - 1) / set_bytes;
  check(cudaMalloc(reinterpret_cast<void**>(&memory_), static_cast<std::size_t>(sets_ * set_bytes)),
        "allocating a benchmark's operands");
  for (std::size_t i = 0; i < operands.size(); ++i) {
    for (std::int64_t set = 0; set < sets_; ++set) {
      draw(operands[i].count, operands[i].range, at(set, i));
    }
  }
  check(cudaDeviceSynchronize(), "drawing a benchmark's operands");
}

Operands::~Operands() { cudaFree(memory_); }

RandomIntegers::RandomIntegers(std::int64_t count, std::int64_t limit) {
  std::mt19937 engine(2);
  std::uniform_int_distribution<std::int32_t> uniform(0, static_cast<std::int32_t>(limit - 1));
  std::vector<std::int32_t> drawn(static_cast<std::size_t>(count));
  for (std::int32_t& value : drawn) value = uniform(engine);
  const std::size_t bytes = drawn.size() * sizeof(std::int32_t);
  check(cudaMalloc(reinterpret_cast<void**>(&data_), bytes), "allocating random integers");
  check(cudaMemcpy(data_, drawn.data(), bytes, cudaMemcpyHostToDevice),
        "uploading random integers");
  // Streams of their own do not wait for what is copied outside of them.
  check(cudaDeviceSynchronize(), "uploading random integers");
}

RandomIntegers::~RandomIntegers() { cudaFree(data_); }

}  // namespace palsim::cuda
