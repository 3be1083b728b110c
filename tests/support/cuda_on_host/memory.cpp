// Device memory is the host's, kept in a table: what is not in it is no device memory.
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "cuda_on_host.hpp"
#include "cuda_runtime_api.h"
#include "last_error.hpp"
#include "queue.hpp"

namespace cuda_on_host {
namespace {

constexpr std::size_t alignment = 256;
constexpr int poison = 0xff;  // floats of it are NaN

class Allocations {
 public:
  cudaError_t allocate(void** memory, std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    *memory = nullptr;
    ++made_;
    if (bytes == 0) return cudaSuccess;
    if (bytes > machine().memory || total_ > machine().memory - bytes) {
      return cudaErrorMemoryAllocation;
    }
    *memory = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (*memory == nullptr) return cudaErrorMemoryAllocation;
    std::memset(*memory, poison, bytes);
    sizes_[static_cast<char*>(*memory)] = bytes;
    total_ += bytes;
    return cudaSuccess;
  }

  cudaError_t release(void* memory) {
    if (memory == nullptr) return cudaSuccess;
    const std::scoped_lock lock(mutex_);
    const auto found = sizes_.find(static_cast<char*>(memory));
    if (found == sizes_.end()) return cudaErrorInvalidValue;
    total_ -= found->second;
    sizes_.erase(found);
    std::free(memory);
    return cudaSuccess;
  }

  enum class Place { host, device, astride };
  Place place(const void* memory, std::size_t bytes) const {
    const std::scoped_lock lock(mutex_);
    const char* begin = static_cast<const char*>(memory);
    const auto after = sizes_.upper_bound(begin);
    if (after == sizes_.begin()) return Place::host;
    const auto& [owner, size] = *std::prev(after);
    if (begin >= owner + size) return Place::host;
    return begin + bytes <= owner + size ? Place::device : Place::astride;
  }

  std::size_t total() const {
    const std::scoped_lock lock(mutex_);
    return total_;
  }
  std::size_t made() const {
    const std::scoped_lock lock(mutex_);
    return made_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<const char*, std::size_t> sizes_;
  std::size_t total_ = 0;
  std::size_t made_ = 0;
};

// Outlives whatever static frees memory at the end.
Allocations& allocations() {
  static auto& all = *new Allocations;
  return all;
}

cudaError_t check_copy(const void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  using Place = Allocations::Place;
  if (bytes == 0) return cudaSuccess;
  const Place target = allocations().place(to, bytes);
  const Place source = allocations().place(from, bytes);
  if (target == Place::astride || source == Place::astride) return cudaErrorInvalidValue;
  const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
  const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
  if (kind != cudaMemcpyDefault &&
      (to_device != (target == Place::device) || from_device != (source == Place::device))) {
    return cudaErrorInvalidMemcpyDirection;
  }
  return cudaSuccess;
}

cudaError_t check_fill(const void* memory, std::size_t bytes) {
  return bytes == 0 || allocations().place(memory, bytes) == Allocations::Place::device
             ? cudaSuccess
             : cudaErrorInvalidValue;
}

}  // namespace

std::size_t allocated_bytes() { return allocations().total(); }
std::size_t allocations_made() { return allocations().made(); }

}  // namespace cuda_on_host

using cuda_on_host::allocations;
using cuda_on_host::remember;

// These two wait for the whole GPU, as CUDA's do. Who frees memory hears of no failure: it may be
// one that made him free it.
cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  cuda_on_host::wait_for_device();
  return remember(allocations().allocate(memory, bytes));
}
cudaError_t cudaFree(void* memory) {
  cuda_on_host::run_device();
  return remember(allocations().release(memory));
}
// Memory can be used at once, whatever the stream has still to do. Before it is said to be short,
// what streams are about to free is freed.
cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t /*stream*/) {
  const cudaError_t error = allocations().allocate(memory, bytes);
  return error == cudaErrorMemoryAllocation ? cudaMalloc(memory, bytes) : error;
}
cudaError_t cudaFreeAsync(void* memory, cudaStream_t stream) {
  if (memory == nullptr) return cudaSuccess;
  const cudaError_t error = cuda_on_host::check_fill(memory, 1);
  if (error == cudaSuccess) cuda_on_host::ask(stream, [=] { allocations().release(memory); });
  return remember(error);
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = std::malloc(bytes);
  return remember(*memory == nullptr && bytes > 0 ? cudaErrorMemoryAllocation : cudaSuccess);
}
cudaError_t cudaFreeHost(void* memory) {
  std::free(memory);
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  return cudaMemcpyAsync(to, from, bytes, kind, nullptr);
}
// The host's side, too, is read or written late: CUDA may stage pageable memory, but need not.
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const cudaError_t error = cuda_on_host::check_copy(to, from, bytes, kind);
  if (error == cudaSuccess && bytes > 0) {
    cuda_on_host::ask(stream, [=] { std::memmove(to, from, bytes); });
  }
  return remember(error);
}
cudaError_t cudaMemset(void* memory, int byte, std::size_t bytes) {
  return cudaMemsetAsync(memory, byte, bytes, nullptr);
}
cudaError_t cudaMemsetAsync(void* memory, int byte, std::size_t bytes, cudaStream_t stream) {
  const cudaError_t error = cuda_on_host::check_fill(memory, bytes);
  if (error == cudaSuccess && bytes > 0) {
    cuda_on_host::ask(stream, [=] { std::memset(memory, byte, bytes); });
  }
  return remember(error);
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *total = cuda_on_host::machine().memory;
  *free = *total - allocations().total();
  return cudaSuccess;
}

cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int /*device*/) {
  *pool = nullptr;
  return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t /*pool*/, cudaMemPoolAttr attribute,
                                    void* /*value*/) {
  return remember(attribute == cudaMemPoolAttrReleaseThreshold ? cudaSuccess
                                                               : cudaErrorInvalidValue);
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t /*pool*/, cudaMemPoolAttr attribute,
                                    void* value) {
  const bool size = attribute != cudaMemPoolAttrReleaseThreshold;
  *static_cast<unsigned long long*>(value) = size ? allocations().total() : 0;
  return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t /*pool*/, std::size_t /*bytes*/) { return cudaSuccess; }
