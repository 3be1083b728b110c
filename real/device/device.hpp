// Where one worker's tensors live and its kernels run: a core of a CPU, or a stream of a GPU. What
// is built on it (replica, worker) knows no more of the hardware. A device is used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "real/device/layer_kernels.hpp"
#include "real/device/update_kernels.hpp"

namespace palsim {

// A point in the work asked of a device.
class Milestone {
 public:
  virtual ~Milestone() = default;
  // Until all before it is done; from any thread.
  virtual void wait() = 0;
};

template <class T>
class Device : public LayerKernels<T>, public UpdateKernels<T> {
 public:
  // Aligned for any vector; not initialized. Throws InputError where memory is short.
  virtual void* allocate(std::size_t bytes) = 0;
  virtual void release(void* memory) noexcept = 0;
  // The host's memory may be used anew when it returns.
  virtual void upload(std::size_t bytes, const void* host, void* device) = 0;
  virtual void download(std::size_t bytes, const void* device, void* host) = 0;
  // Until all that was asked of the device is done.
  virtual void synchronize() = 0;
  // After all that was asked so far.
  virtual std::unique_ptr<Milestone> milestone() = 0;
  // Whether kernels take longer when they run for the first time.
  virtual bool begins_cold() const { return false; }
  // What is asked between the two is shown under this name by profilers.
  virtual void begin_range(const char* /*name*/) {}
  virtual void end_range() {}
};

}  // namespace palsim
