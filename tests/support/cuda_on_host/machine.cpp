// The invented GPUs, and launches on them.
#include <cstring>
#include <utility>

#include "cuda_on_host.hpp"
#include "cuda_runtime_api.h"
#include "last_error.hpp"

namespace cuda_on_host {
namespace {

Machine& chosen_machine() {
  static Machine chosen;
  return chosen;
}

thread_local int current_device = 0;

constexpr int multiprocessors = 8;
constexpr int max_threads_per_block = 1024;
constexpr int shared_bytes_per_block = 48 * 1024;
constexpr int l2_bytes = 4 << 20;
constexpr int version = 13000;

bool fits(const dim3& blocks, const dim3& threads) {
  const bool grid = blocks.x >= 1 && blocks.x <= 0x7fffffff && blocks.y >= 1 &&
                    blocks.y <= 0xffff && blocks.z >= 1 && blocks.z <= 0xffff;
  const bool block = threads.x >= 1 && threads.x <= 1024 && threads.y >= 1 && threads.y <= 1024 &&
                     threads.z >= 1 && threads.z <= 64;
  return grid && block && threads.x * threads.y * threads.z <= max_threads_per_block;
}

cudaError_t check_device(int device) {
  if (machine().gpus == 0) return cudaErrorNoDevice;
  return device >= 0 && device < machine().gpus ? cudaSuccess : cudaErrorInvalidDevice;
}

}  // namespace

void set_machine(const Machine& machine) { chosen_machine() = machine; }
const Machine& machine() { return chosen_machine(); }

cudaError_t launch(const cudaLaunchConfig_t& config, const void* kernel, KernelCall call) {
  if (config.dynamicSmemBytes != 0 || config.numAttrs != 0) {
    return remember(cudaErrorInvalidValue);
  }
  if (!fits(config.gridDim, config.blockDim)) return remember(cudaErrorInvalidConfiguration);
  ask(config.stream, [grid = Grid{kernel, config.gridDim, config.blockDim},
                      call = std::move(call)] { run_grid(grid, call); });
  return cudaSuccess;
}

}  // namespace cuda_on_host

using cuda_on_host::check_device;
using cuda_on_host::machine;
using cuda_on_host::remember;

// As the toolkit's, it leaves the count alone where it fails.
cudaError_t cudaGetDeviceCount(int* count) {
  if (machine().gpus == 0) return remember(cudaErrorNoDevice);
  *count = machine().gpus;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
  const cudaError_t error = check_device(device);
  if (error == cudaSuccess) cuda_on_host::current_device = device;
  return remember(error);
}
cudaError_t cudaGetDevice(int* device) {
  *device = cuda_on_host::current_device;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (const cudaError_t error = check_device(device); error != cudaSuccess) return remember(error);
  *properties = {};
  std::strcpy(properties->name, "CUDA on the host");
  properties->totalGlobalMem = machine().memory;
  properties->sharedMemPerBlock = cuda_on_host::shared_bytes_per_block;
  properties->regsPerBlock = 65536;
  properties->warpSize = cuda_on_host::warp_lanes;
  properties->maxThreadsPerBlock = cuda_on_host::max_threads_per_block;
  properties->maxThreadsPerMultiProcessor = 2 * cuda_on_host::max_threads_per_block;
  properties->major = machine().compute_capability_major;
  properties->minor = machine().compute_capability_minor;
  properties->multiProcessorCount = cuda_on_host::multiprocessors;
  properties->l2CacheSize = cuda_on_host::l2_bytes;
  properties->memoryBusWidth = 128;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (const cudaError_t error = check_device(device); error != cudaSuccess) return remember(error);
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      *value = cuda_on_host::max_threads_per_block;
      return cudaSuccess;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = cuda_on_host::shared_bytes_per_block;
      return cudaSuccess;
    case cudaDevAttrWarpSize:
      *value = cuda_on_host::warp_lanes;
      return cudaSuccess;
    case cudaDevAttrMultiProcessorCount:
      *value = cuda_on_host::multiprocessors;
      return cudaSuccess;
    case cudaDevAttrL2CacheSize:
      *value = cuda_on_host::l2_bytes;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMajor:
      *value = machine().compute_capability_major;
      return cudaSuccess;
    case cudaDevAttrComputeCapabilityMinor:
      *value = machine().compute_capability_minor;
      return cudaSuccess;
    case cudaDevAttrMemoryPoolsSupported:
      *value = 1;
      return cudaSuccess;
  }
  return remember(cudaErrorInvalidValue);
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = cuda_on_host::version;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = cuda_on_host::version;
  return cudaSuccess;
}
