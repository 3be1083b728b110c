// Kernels run as CUDA promises, and what it forbids shows.
#include <cuda_runtime.h>
#include <doctest/doctest.h>

#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "cuda_on_host.hpp"
#include "real/cuda/launch.cuh"
#include "sim/core/error.hpp"
#include "tests/real/cuda/twins.hpp"

namespace palsim::cuda {
namespace {

__global__ void __launch_bounds__(256) write_index(long long count, int* out) {
  const long long stride = static_cast<long long>(gridDim.x) * blockDim.x;
  for (long long i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) {
    out[i] = static_cast<int>(i);
  }
}

__global__ void write_place(uint3* out) {
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  out[block * blockDim.x * blockDim.y * blockDim.z + thread] = threadIdx;
}

__global__ void block_sums(const float* in, float* out) {
  __shared__ float sums[128];
  const unsigned me = threadIdx.x;
  sums[me] = in[blockIdx.x * blockDim.x + me];
  __syncthreads();
  for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
    if (me < half) sums[me] += sums[me + half];
    __syncthreads();
  }
  if (me == 0) out[blockIdx.x] = sums[0];
}

// Its neighbour may not have written yet.
__global__ void rotate_without_barrier(int* out) {
  __shared__ int values[64];
  values[threadIdx.x] = -1;
  __syncthreads();
  values[threadIdx.x] = static_cast<int>(threadIdx.x);
  out[threadIdx.x] = values[(threadIdx.x + 1) % blockDim.x];
}

__global__ void shuffles(double* out) {
  const int me = static_cast<int>(threadIdx.x);
  double* mine = out + me * 6;
  mine[0] = __shfl_sync(0xffffffff, me * 0.5, 3);
  mine[1] = __shfl_up_sync(0xffffffff, static_cast<float>(me), 2U);
  mine[2] = __shfl_down_sync(0xffffffff, me, 2U, 8);
  mine[3] = __shfl_xor_sync(0xffffffff, static_cast<unsigned>(me), 5);
  mine[4] = static_cast<double>(__shfl_sync(0xffffffff, (1LL << 40) + me, 9, 8) - (1LL << 40));
  mine[5] = __ballot_sync(0xffffffff, me % 4 == 1);
}

__global__ void one_returns_before_the_barrier(int* out) {
  if (threadIdx.x == 7) return;
  __syncthreads();
  *out = 1;
}
__global__ void half_a_warp_shuffles(int* out) {
  if (threadIdx.x < 16) *out = __shfl_xor_sync(0xffffffff, 1, 1);
}
__global__ void half_a_mask(int* out) { *out = __shfl_xor_sync(0x0000ffff, 1, 1); }

template <class... Parameters, class... Arguments>
std::string complaint_of(void (*kernel)(Parameters...), const Grid& grid, Arguments... arguments) {
  try {
    launch(context(), kernel, grid, arguments...);
    cudaStreamSynchronize(context().stream);
  } catch (const InternalError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a grid writes every element, in whatever order") {
  in_all_orders([] {
    DeviceVector<int> out(1000);
    launch(context(), write_index, {3, 64}, 1000, out.data());
    std::vector<int> expected(1000);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(out.download() == expected);
  });
}

TEST_CASE("blocks and threads have three dimensions") {
  DeviceVector<uint3> out(2 * 3 * 2 * 8 * 2 * 4);
  launch(context(), write_place, {dim3(2, 3, 2), dim3(8, 2, 4)}, out.data());
  const std::vector<uint3> places = out.download();
  for (std::size_t i = 0; i < places.size(); ++i) {
    CHECK(places[i].x == i % 8);
    CHECK(places[i].y == i / 8 % 2);
    CHECK(places[i].z == i / 16 % 4);
  }
}

TEST_CASE("a million threads run through") {
  DeviceVector<int> out(1 << 20);
  launch(context(), write_index, {1 << 12, 256}, 1 << 20, out.data());
  CHECK(out.download().back() == (1 << 20) - 1);
}

TEST_CASE("barriers let a block sum up in shared memory") {
  std::vector<float> in(4 * 128);
  std::iota(in.begin(), in.end(), 0.0F);
  const DeviceVector<float> from(in);
  const std::vector<float> sums = same_in_all_orders([&] {
    DeviceVector<float> out(4);
    launch(context(), block_sums, {4, 128}, from.data(), out.data());
    return out.download();
  });
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(sums[i] == 128.0F * (128.0F * static_cast<float>(i) + 63.5F));
  }
}

TEST_CASE("a missing barrier shows in another order of the threads") {
  std::set<std::vector<int>> results;
  in_all_orders([&] {
    DeviceVector<int> out(64);
    launch(context(), rotate_without_barrier, {1, 64}, out.data());
    results.insert(out.download());
  });
  CHECK(results.size() == 4);
}

TEST_CASE("lanes exchange values as CUDA's do") {
  in_all_orders([] {
    DeviceVector<double> out(64 * 6);
    launch(context(), shuffles, {1, 64}, out.data());
    const std::vector<double> got = out.download();
    for (int thread = 0; thread < 64; ++thread) {
      CAPTURE(thread);
      const int lane = thread % 32;
      const int warp = thread - lane;
      const double* mine = &got[static_cast<std::size_t>(thread) * 6];
      CHECK(mine[0] == (warp + 3) * 0.5);
      CHECK(mine[1] == (lane < 2 ? thread : thread - 2));
      CHECK(mine[2] == (lane % 8 < 6 ? thread + 2 : thread));
      CHECK(mine[3] == (thread ^ 5));
      CHECK(mine[4] == thread / 8 * 8 + 1);
      CHECK(mine[5] == 0x22222222);
    }
  });
}

TEST_CASE("a barrier that some threads never reach is reported with the kernel's name") {
  DeviceVector<int> out(1);
  const std::string said = complaint_of(one_returns_before_the_barrier, {3, 64}, out.data());
  CAPTURE(said);
  CHECK(contains(said, "one_returns_before_the_barrier"));
  CHECK(contains(said, "3 x 1 x 1 blocks of 64 x 1 x 1 threads"));
  CHECK(contains(said, "63 wait in __syncthreads"));
  CHECK(contains(said, "1 have returned"));
  CHECK(out.download() == std::vector<int>{-1});  // nobody went on
}

TEST_CASE("a shuffle that some lanes never reach is reported, and one with less than a full mask") {
  DeviceVector<int> out(1);
  CHECK(contains(complaint_of(half_a_warp_shuffles, {1, 32}, out.data()),
                 "16 for the other lanes of their warp"));
  CHECK(contains(complaint_of(half_a_mask, {1, 32}, out.data()), "mask that is not 0xffffffff"));
}

TEST_CASE("kernels run as before after one that failed") {
  DeviceVector<int> none(1);
  complaint_of(one_returns_before_the_barrier, {1, 64}, none.data());
  const DeviceVector<float> from(std::vector<float>(128, 1));
  DeviceVector<float> out(1);
  launch(context(), block_sums, {1, 128}, from.data(), out.data());
  CHECK(out.download() == std::vector<float>{128});
}

TEST_CASE("a grid that no GPU takes is refused") {
  DeviceVector<int> out(1);
  CHECK(contains(complaint_of(write_index, {1, 1056}, 1, out.data()),
                 "cudaErrorInvalidConfiguration"));
  CHECK(cudaGetLastError() == cudaErrorInvalidConfiguration);
  CHECK(cudaGetLastError() == cudaSuccess);
}

}  // namespace palsim::cuda
