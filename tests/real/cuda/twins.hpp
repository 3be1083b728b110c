// What tests of CUDA kernels share: a place to run them, device memory that tells what was not
// written or written beyond its end, seeded inputs, and how far a result is from its CPU twin's.
// The same tests run on a GPU and with CUDA on the host.
#pragma once

#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "real/cuda/check.hpp"
#include "real/cuda/context.hpp"
#include "tests/support/draws.hpp"

namespace palsim::cuda {

// Lives until the program ends: a stream of its own, scratch memory and a cuBLAS handle.
const Context& context(MatrixPrecision precision = MatrixPrecision::fp32);

// Once in each of several orders of a block's threads and of blocks; on a GPU once.
void in_all_orders(const std::function<void()>& check);
// CHECKs that `compute` gives the same bits in every order, and in the first one twice. Returns
// them.
std::vector<float> same_in_all_orders(const std::function<std::vector<float>()>& compute);

// From -1 to 1.
std::vector<float> random_vector(Draws& draws, std::int64_t count);
std::vector<float> random_vector(Draws& draws, std::int64_t count, float low, float high);
// Standard normal.
std::vector<float> normal_vector(Draws& draws, std::int64_t count);

// |actual - expected| / |expected| in the Euclidean norm; |actual| where that is 0. Infinite where
// anything is not a number, or the sizes differ.
double relative_error(std::span<const float> actual, std::span<const double> expected);
double relative_error(std::span<const float> actual, std::span<const float> expected);

// Elements on the device, poisoned (every byte 0xff: floats are NaN, integers -1), so many elements
// behind an address that any vector instruction could take. Its end CHECKs that nobody wrote around
// them.
template <class Element>
class DeviceVector {
 public:
  explicit DeviceVector(std::int64_t count, std::int64_t offset = 0)
      : count_(static_cast<std::size_t>(count)), before_(guard + static_cast<std::size_t>(offset)) {
    check(cudaMalloc(reinterpret_cast<void**>(&memory_), bytes(before_ + count_ + guard)),
          "allocating a test's vector");
    check(cudaMemset(memory_, poison, bytes(before_ + count_ + guard)),
          "poisoning a test's vector");
    check(cudaDeviceSynchronize(), "poisoning a test's vector");
  }
  explicit DeviceVector(const std::vector<Element>& values, std::int64_t offset = 0)
      : DeviceVector(std::ssize(values), offset) {
    upload(values);
  }
  // Without messages: doctest keeps those of vectors that exceptions take down where threads that
  // do so at once would meet.
  ~DeviceVector() {
    const bool nothing_is_written_before_its_begin = is_poison(0, before_);
    CHECK(nothing_is_written_before_its_begin);
    const bool nothing_is_written_beyond_its_end = is_poison(before_ + count_, guard);
    CHECK(nothing_is_written_beyond_its_end);
    cudaFree(memory_);
  }
  DeviceVector(const DeviceVector&) = delete;
  DeviceVector& operator=(const DeviceVector&) = delete;

  Element* data() { return memory_ + before_; }
  const Element* data() const { return memory_ + before_; }
  std::int64_t count() const { return static_cast<std::int64_t>(count_); }

  void upload(const std::vector<Element>& values) {
    REQUIRE(values.size() == count_);
    check(cudaMemcpy(data(), values.data(), bytes(count_), cudaMemcpyHostToDevice),
          "uploading a test's vector");
    check(cudaDeviceSynchronize(), "uploading a test's vector");
  }
  // When all that was asked of the device is done.
  std::vector<Element> download() const { return read(before_, count_); }

 private:
  static constexpr int poison = 0xff;
  static constexpr std::size_t guard = 64;
  static std::size_t bytes(std::size_t count) { return count * sizeof(Element); }

  std::vector<Element> read(std::size_t begin, std::size_t count) const {
    std::vector<Element> values(count);
    check(cudaDeviceSynchronize(), "running a test's kernels");
    check(cudaMemcpy(values.data(), memory_ + begin, bytes(count), cudaMemcpyDeviceToHost),
          "downloading a test's vector");
    return values;
  }
  bool is_poison(std::size_t begin, std::size_t count) const {
    const std::vector<Element> values = read(begin, count);
    const auto* at = reinterpret_cast<const unsigned char*>(values.data());
    return std::all_of(at, at + bytes(count), [](unsigned char byte) { return byte == poison; });
  }

  std::size_t count_;
  std::size_t before_;
  Element* memory_ = nullptr;
};

}  // namespace palsim::cuda
