#include "real/cuda/memory_pool.hpp"

#include <cstdint>

#include "real/cuda/check.hpp"
#include "sim/core/error.hpp"
#include "sim/core/quantity.hpp"
#include "sim/core/unit.hpp"

namespace palsim::cuda {
namespace {

cudaMemPool_t pool_of(int gpu) {
  cudaMemPool_t pool = nullptr;
  check(cudaDeviceGetDefaultMemPool(&pool, gpu), "asking for the GPU's memory pool");
  return pool;
}

std::uint64_t attribute_of(cudaMemPool_t pool, cudaMemPoolAttr attribute) {
  std::uint64_t value = 0;
  check(cudaMemPoolGetAttribute(pool, attribute, &value), "asking for the pool's size");
  return value;
}

}  // namespace

void keep_freed_memory(int gpu) {
  std::uint64_t everything = UINT64_MAX;
  check(cudaMemPoolSetAttribute(pool_of(gpu), cudaMemPoolAttrReleaseThreshold, &everything),
        "setting up the GPU's memory pool");
}

std::size_t free_memory(int gpu) {
  std::size_t free = 0;
  std::size_t total = 0;
  check(cudaMemGetInfo(&free, &total), "asking for the GPU's memory");
  const cudaMemPool_t pool = pool_of(gpu);
  return free + attribute_of(pool, cudaMemPoolAttrReservedMemCurrent) -
         attribute_of(pool, cudaMemPoolAttrUsedMemCurrent);
}

void* allocate(std::size_t bytes, const char* what, cudaStream_t stream) {
  if (bytes == 0) return nullptr;
  void* memory = nullptr;
  const cudaError_t status = cudaMallocAsync(&memory, bytes, stream);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // said here, so not again
    int gpu = 0;
    check(cudaGetDevice(&gpu), "asking for the present GPU");
    throw InputError(
        fmt::format("GPU {}: {} need another {}, but {} are left; write fewer workers or more "
                    "micro_batches",
                    gpu, what, to_string(Bytes(static_cast<std::int64_t>(bytes))),
                    to_string(Bytes(static_cast<std::int64_t>(free_memory(gpu))))));
  }
  check(status, "allocating memory on the GPU");
  // Ready for every stream, not only for this one.
  check(cudaStreamSynchronize(stream), "allocating memory on the GPU");
  return memory;
}

void release(void* memory, cudaStream_t stream) noexcept {
  if (memory != nullptr) cudaFreeAsync(memory, stream);
}

}  // namespace palsim::cuda
