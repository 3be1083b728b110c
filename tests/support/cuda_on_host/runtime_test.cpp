// Memory, devices, streams and events as the runtime promises them, and what tests may ask of them.
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "cuda_on_host.hpp"
#include "real/cuda/launch.cuh"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

// Back to the usual machine afterwards.
struct OtherMachine {
  explicit OtherMachine(const cuda_on_host::Machine& machine) {
    cuda_on_host::set_machine(machine);
  }
  OtherMachine(const OtherMachine&) = delete;
  OtherMachine& operator=(const OtherMachine&) = delete;
  ~OtherMachine() { cuda_on_host::set_machine({}); }
};

__global__ void scan(int* out) {
  __shared__ int values[256];
  const unsigned me = threadIdx.x;
  values[me] = 1;
  for (unsigned by = 1; by < blockDim.x; by *= 2) {
    __syncthreads();
    const int before = me >= by ? values[me - by] : 0;
    __syncthreads();
    values[me] += before;
  }
  out[blockIdx.x * blockDim.x + me] = values[me];
}

}  // namespace

TEST_CASE("what nobody wrote is not a number") {
  const DeviceVector<float> unwritten(3);
  for (const float value : unwritten.download()) CHECK(std::isnan(value));
}

TEST_CASE("freed memory comes back as no numbers") {
  std::vector<float> values(1000);
  const std::size_t bytes = values.size() * sizeof(float);
  for (int turn = 0; turn < 2; ++turn) {
    float* memory = nullptr;
    REQUIRE(cudaMalloc(&memory, bytes) == cudaSuccess);
    CHECK(cudaMemcpy(values.data(), memory, bytes, cudaMemcpyDeviceToHost) == cudaSuccess);
    for (const float value : values) CHECK(std::isnan(value));
    CHECK(cudaMemset(memory, 0, bytes) == cudaSuccess);
    CHECK(cudaFree(memory) == cudaSuccess);
  }
}

TEST_CASE("a test's vector begins where it is told") {
  for (std::int64_t offset = 0; offset < 5; ++offset) {
    const DeviceVector<float> vector(8, offset);
    CHECK(reinterpret_cast<std::uintptr_t>(vector.data()) % 16 == offset % 4 * sizeof(float));
  }
}

TEST_CASE("a write beyond a test's vector fails the test" * doctest::should_fail()) {
  DeviceVector<float> vector(8, 1);
  cudaMemset(vector.data() + 8, 0, 4);
}

TEST_CASE("a write before a test's vector fails the test" * doctest::should_fail()) {
  DeviceVector<float> vector(8, 1);
  cudaMemset(vector.data() - 1, 0, 4);
}

TEST_CASE("memory beyond the machine's is refused and comes back when freed") {
  const std::size_t before = cuda_on_host::allocated_bytes();
  const OtherMachine small({.memory = before + 1000});
  void* first = nullptr;
  void* second = nullptr;
  REQUIRE(cudaMalloc(&first, 600) == cudaSuccess);
  CHECK(cudaMalloc(&second, 600) == cudaErrorMemoryAllocation);
  CHECK(second == nullptr);
  CHECK(cudaGetLastError() == cudaErrorMemoryAllocation);
  CHECK(std::string(cudaGetErrorString(cudaErrorMemoryAllocation)) == "out of memory");
  std::size_t free = 0;
  std::size_t total = 0;
  CHECK(cudaMemGetInfo(&free, &total) == cudaSuccess);
  CHECK(free == 400);
  CHECK(cudaFree(first) == cudaSuccess);
  CHECK(cudaMalloc(&second, 600) == cudaSuccess);
  CHECK(cudaFree(second) == cudaSuccess);
  CHECK(cudaFree(nullptr) == cudaSuccess);
  CHECK(cuda_on_host::allocated_bytes() == before);
}

TEST_CASE("copies have to say truly where from and where to, and stay inside") {
  float* device = nullptr;
  float host[4] = {1, 2, 3, 4};
  REQUIRE(cudaMalloc(&device, sizeof host) == cudaSuccess);
  CHECK(cudaMemcpy(device, host, sizeof host, cudaMemcpyHostToDevice) == cudaSuccess);
  CHECK(cudaMemcpy(host, device + 2, 8, cudaMemcpyDeviceToHost) == cudaSuccess);
  CHECK(host[0] == 3);
  CHECK(cudaMemcpy(device, host, 8, cudaMemcpyDeviceToHost) == cudaErrorInvalidMemcpyDirection);
  CHECK(cudaMemcpy(host, device, 8, cudaMemcpyDeviceToDevice) == cudaErrorInvalidMemcpyDirection);
  CHECK(cudaMemcpy(device + 3, host, 8, cudaMemcpyHostToDevice) == cudaErrorInvalidValue);
  CHECK(cudaMemset(device + 3, 0, 8) == cudaErrorInvalidValue);
  CHECK(cudaMemset(host, 0, 8) == cudaErrorInvalidValue);
  CHECK(cudaFree(device) == cudaSuccess);
  CHECK(cudaFree(device) == cudaErrorInvalidValue);
  cudaGetLastError();
}

TEST_CASE("a machine may have no GPU, or one of another age") {
  {
    const OtherMachine none({.gpus = 0});
    int count = -1;
    CHECK(cudaGetDeviceCount(&count) == cudaErrorNoDevice);
    CHECK(count == -1);
    CHECK(cudaSetDevice(0) == cudaErrorNoDevice);
  }
  const OtherMachine two({.gpus = 2, .compute_capability_major = 6, .compute_capability_minor = 1});
  cudaDeviceProp properties;
  CHECK(cudaGetDeviceProperties(&properties, 1) == cudaSuccess);
  CHECK(properties.major * 10 + properties.minor == 61);
  CHECK(cudaGetDeviceProperties(&properties, 2) == cudaErrorInvalidDevice);
  cudaGetLastError();
}

TEST_CASE("events know the time between them, unless told not to") {
  cudaEvent_t start = nullptr;
  cudaEvent_t end = nullptr;
  cudaEvent_t untimed = nullptr;
  float milliseconds = -1;
  CHECK(cudaEventCreate(&start) == cudaSuccess);
  CHECK(cudaEventCreate(&end) == cudaSuccess);
  CHECK(cudaEventCreateWithFlags(&untimed, cudaEventDisableTiming) == cudaSuccess);
  CHECK(cudaEventRecord(start, context().stream) == cudaSuccess);
  CHECK(cudaEventElapsedTime(&milliseconds, start, end) == cudaErrorInvalidResourceHandle);
  CHECK(cudaEventRecord(end, context().stream) == cudaSuccess);
  CHECK(cudaEventRecord(untimed, context().stream) == cudaSuccess);
  CHECK(cudaStreamWaitEvent(context().stream, untimed, 0) == cudaSuccess);
  CHECK(cudaEventElapsedTime(&milliseconds, start, end) == cudaErrorNotReady);
  CHECK(cudaEventSynchronize(end) == cudaSuccess);
  CHECK(cudaEventElapsedTime(&milliseconds, start, end) == cudaSuccess);
  CHECK(milliseconds >= 0);
  CHECK(cudaEventElapsedTime(&milliseconds, start, untimed) == cudaErrorInvalidResourceHandle);
  for (const cudaEvent_t event : {start, end, untimed}) cudaEventDestroy(event);
  cudaGetLastError();
}

TEST_CASE("threads of the host launch side by side") {
  constexpr int blocks = 50;
  std::vector<std::vector<int>> results(4);
  std::vector<std::thread> workers;
  for (std::vector<int>& result : results) {
    workers.emplace_back([&result] {
      int* out = nullptr;
      result.resize(blocks * 256);
      cudaMalloc(&out, result.size() * sizeof(int));
      launch(Context{}, scan, {blocks, 256}, out);
      cudaMemcpy(result.data(), out, result.size() * sizeof(int), cudaMemcpyDeviceToHost);
      cudaFree(out);
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::vector<int>& result : results) {
    for (std::size_t i = 0; i < result.size(); ++i) {
      REQUIRE(result[i] == static_cast<int>(i % 256) + 1);
    }
  }
}

TEST_CASE("a relative error is the norm's, and what is not a number is infinitely far off") {
  const std::vector<float> expected{3, 4};
  CHECK(relative_error(std::vector<float>{3, 4}, expected) == 0);
  CHECK(relative_error(std::vector<float>{3, 4.5F}, expected) == 0.1);
  CHECK(relative_error(std::vector<float>{0, 0.5F}, std::vector<double>{0, 0}) == 0.5);
  CHECK(relative_error(std::vector<float>{}, std::vector<double>{}) == 0);
  CHECK(std::isinf(relative_error(std::vector<float>{3, NAN}, expected)));
  CHECK(std::isinf(relative_error(std::vector<float>{3}, expected)));
  CHECK(std::isinf(relative_error(expected, std::vector<double>{3, NAN})));
}

}  // namespace palsim::cuda
