// Streams do what they are asked to as late as CUDA allows.
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "cuda_on_host.hpp"
#include "real/cuda/launch.cuh"
#include "real/cuda/stream.hpp"
#include "sim/core/error.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

__global__ void add_one(int* to) { *to += 1; }
__global__ void double_it(int* to) { *to *= 2; }
__global__ void stand_still(int* /*to*/) {
  if (threadIdx.x != 0) __syncthreads();
}

struct OneNumber {
  OneNumber() {
    check(cudaMalloc(&at, sizeof *at), "allocating");
    check(cudaMemset(at, 0, sizeof *at), "clearing");
  }
  OneNumber(const OneNumber&) = delete;
  OneNumber& operator=(const OneNumber&) = delete;
  ~OneNumber() { cudaFree(at); }

  void add_one_in(const Stream& stream) { launch({.stream = stream.get()}, add_one, {1, 1}, at); }
  void double_in(const Stream& stream) { launch({.stream = stream.get()}, double_it, {1, 1}, at); }
  // Waits for no stream.
  int now() const {
    int value = 0;
    check(cudaMemcpy(&value, at, sizeof value, cudaMemcpyDeviceToHost), "reading");
    return value;
  }

  int* at = nullptr;
};

}  // namespace

TEST_CASE("a stream does nothing until somebody waits for it, then everything in order") {
  const Stream stream;
  const Stream other;
  OneNumber number;
  number.add_one_in(stream);
  number.double_in(stream);
  number.add_one_in(stream);
  other.synchronize();
  CHECK(number.now() == 0);
  stream.synchronize();
  CHECK(number.now() == 3);
}

TEST_CASE("waiting for an event does what lies before it and nothing else") {
  const Stream stream;
  OneNumber number;
  Event event;
  number.add_one_in(stream);
  event.record(stream);
  number.add_one_in(stream);
  event.wait();
  CHECK(number.now() == 1);
  CHECK(cudaDeviceSynchronize() == cudaSuccess);
  CHECK(number.now() == 2);
}

TEST_CASE("a stream that waits for another's event does what lies before it first") {
  const Stream first;
  const Stream second;
  OneNumber number;
  cudaEvent_t event = nullptr;
  REQUIRE(cudaEventCreate(&event) == cudaSuccess);
  number.add_one_in(first);
  REQUIRE(cudaEventRecord(event, first.get()) == cudaSuccess);
  number.add_one_in(first);
  REQUIRE(cudaStreamWaitEvent(second.get(), event) == cudaSuccess);
  CHECK(cudaEventDestroy(event) == cudaSuccess);
  number.double_in(second);
  CHECK(number.now() == 0);
  second.synchronize();
  CHECK(number.now() == 2);
  first.synchronize();
  CHECK(number.now() == 3);
}

TEST_CASE("copies between host and device read and write the host's side late") {
  const Stream stream;
  OneNumber number;
  int source = 7;
  int target = 0;
  REQUIRE(cudaMemcpyAsync(number.at, &source, sizeof source, cudaMemcpyHostToDevice,
                          stream.get()) == cudaSuccess);
  REQUIRE(cudaMemcpyAsync(&target, number.at, sizeof target, cudaMemcpyDeviceToHost,
                          stream.get()) == cudaSuccess);
  source = 8;
  CHECK(target == 0);
  stream.synchronize();
  CHECK(target == 8);
}

TEST_CASE("memory of a stream is freed when its turn comes; freeing other memory waits for all") {
  const Stream stream;
  const std::size_t before = cuda_on_host::allocated_bytes();
  void* memory = nullptr;
  REQUIRE(cudaMallocAsync(&memory, 100, stream.get()) == cudaSuccess);
  REQUIRE(cudaMemsetAsync(memory, 1, 100, stream.get()) == cudaSuccess);
  REQUIRE(cudaFreeAsync(memory, stream.get()) == cudaSuccess);
  CHECK(cuda_on_host::allocated_bytes() == before + 100);
  CHECK(cudaFree(nullptr) == cudaSuccess);
  CHECK(cuda_on_host::allocated_bytes() == before);
}

TEST_CASE("a stream does what is left before it is destroyed") {
  OneNumber number;
  { number.add_one_in(Stream()); }
  CHECK(number.now() == 1);
}

TEST_CASE("what goes wrong in a stream is said to the next who waits for it, once") {
  const Stream stream;
  OneNumber number;
  launch({.stream = stream.get()}, stand_still, {1, 64}, number.at);
  number.add_one_in(stream);
  CHECK_THROWS_AS(stream.synchronize(), InternalError);
  CHECK_NOTHROW(stream.synchronize());
}

TEST_CASE("many threads wait for events of a stream that is asked for more") {
  constexpr int rounds = 200;
  const Stream stream;
  OneNumber number;
  std::vector<Event> events(rounds);
  std::vector<std::thread> threads;
  for (int i = 0; i < rounds; ++i) {
    number.add_one_in(stream);
    events[static_cast<std::size_t>(i)].record(stream);
    if (i % 50 == 0) {
      threads.emplace_back([&, i] {
        for (int seen = 0; seen <= i; ++seen) events[static_cast<std::size_t>(seen)].wait();
      });
    }
  }
  threads.emplace_back([&] { stream.synchronize(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(number.now() == rounds);
}

TEST_CASE("streams that wait for each other in turns go on, whoever waits") {
  constexpr int rounds = 300;
  const Stream streams[2];
  OneNumber number;
  std::vector<cudaEvent_t> events(rounds);
  for (cudaEvent_t& event : events) check(cudaEventCreate(&event), "creating an event");
  for (int i = 0; i < rounds; ++i) {
    const Stream& here = streams[i % 2];
    number.add_one_in(here);
    check(cudaEventRecord(events[static_cast<std::size_t>(i)], here.get()), "recording");
    check(cudaStreamWaitEvent(streams[1 - i % 2].get(), events[static_cast<std::size_t>(i)]),
          "holding a stream back");
  }
  std::thread first([&] { streams[0].synchronize(); });
  std::thread second([&] { streams[1].synchronize(); });
  first.join();
  second.join();
  for (const cudaEvent_t event : events) cudaEventDestroy(event);
  CHECK(number.now() == rounds);
}

}  // namespace palsim::cuda
