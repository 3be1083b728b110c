// A GPU's group for laws that hold for groups of vectors in the host's memory.
#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "real/comm/group.hpp"
#include "real/cuda/check.hpp"

namespace palsim::cuda {

// On the device. Unlike the vectors of other tests it has nothing to say at its end, where doctest
// could not hear several threads at once.
class Values {
 public:
  explicit Values(std::span<const float> values) : bytes_(values.size_bytes()) {
    check(cudaMalloc(reinterpret_cast<void**>(&memory_), bytes_ + 1), "allocating a vector");
    check(cudaMemcpy(memory_, values.data(), bytes_, cudaMemcpyHostToDevice), "uploading");
    check(cudaDeviceSynchronize(), "uploading");
  }
  ~Values() { cudaFree(memory_); }
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  std::span<float> span() { return {memory_, bytes_ / sizeof(float)}; }
  std::vector<float> download() const {
    std::vector<float> values(bytes_ / sizeof(float));
    check(cudaMemcpy(values.data(), memory_, bytes_, cudaMemcpyDeviceToHost), "downloading");
    return values;
  }

 private:
  std::size_t bytes_;
  float* memory_ = nullptr;
};

// Vectors are copied to the device and back.
class ThroughDevice final : public Group {
 public:
  explicit ThroughDevice(std::unique_ptr<Group> group) : group_(std::move(group)) {}

  Rank rank() const override { return group_->rank(); }
  Rank workers() const override { return group_->workers(); }
  Signals meet(Signals said) override { return group_->meet(said); }
  void sum(std::span<double> values) override { group_->sum(values); }
  void all_reduce_mean(std::span<float> values, WireType wire) override {
    on_device(values, [&](std::span<float> device) { group_->all_reduce_mean(device, wire); });
  }
  void broadcast(std::span<float> values, Rank root) override {
    on_device(values, [&](std::span<float> device) { group_->broadcast(device, root); });
  }
  std::unique_ptr<Group> duplicate() override {
    return std::make_unique<ThroughDevice>(group_->duplicate());
  }
  void abort() noexcept override { group_->abort(); }

 private:
  template <class Work>
  static void on_device(std::span<float> values, const Work& work) {
    Values device(values);
    work(device.span());
    const std::vector<float> found = device.download();
    std::copy(found.begin(), found.end(), values.begin());
  }

  std::unique_ptr<Group> group_;
};

}  // namespace palsim::cuda
