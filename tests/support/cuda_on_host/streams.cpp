// Streams, each with its queue, and events: places in queues. The default stream, and streams that
// are ordered with it, do at once what they are asked to.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda_on_host.hpp"
#include "cuda_runtime_api.h"
#include "last_error.hpp"
#include "queue.hpp"

namespace cuda_on_host {
namespace {

std::atomic<std::size_t> handles = 0;

int present_gpu() {
  int gpu = 0;
  cudaGetDevice(&gpu);
  return gpu;
}

struct OfGpu {
  int gpu;
  std::shared_ptr<Queue> queue;
};

// Of the streams that live.
class Queues {
 public:
  std::shared_ptr<Queue> open() {
    auto queue = std::make_shared<Queue>();
    const std::scoped_lock lock(mutex_);
    all_.push_back({present_gpu(), queue});
    return queue;
  }
  void close(const std::shared_ptr<Queue>& queue) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(all_, [&](const OfGpu& any) { return any.queue == queue; });
  }
  std::vector<std::shared_ptr<Queue>> of_present_gpu() const {
    const int gpu = present_gpu();
    std::vector<std::shared_ptr<Queue>> found;
    const std::scoped_lock lock(mutex_);
    for (const OfGpu& any : all_) {
      if (any.gpu == gpu) found.push_back(any.queue);
    }
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<OfGpu> all_;
};

// Outlives whatever static closes a stream at the end.
Queues& queues() {
  static auto& all = *new Queues;
  return all;
}

}  // namespace

std::size_t living_handles() { return handles; }

void run_device() noexcept {
  for (const auto& queue : queues().of_present_gpu()) queue->run_until(queue->end());
}
void wait_for_device() {
  for (const auto& queue : queues().of_present_gpu()) queue->wait(queue->end());
}

// Counted while it lives.
struct Handle {
  Handle() { ++handles; }
  ~Handle() { --handles; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
};

}  // namespace cuda_on_host

struct CUstream_st {
  std::shared_ptr<cuda_on_host::Queue> queue;  // null: works at once
  cuda_on_host::Handle handle;
};

namespace {

// Outlives its event and its stream where somebody waits for it.
struct Record {
  std::shared_ptr<cuda_on_host::Queue> queue;  // null: done when asked for
  std::uint64_t place = 0;                     // all before it belongs to the event
  std::chrono::steady_clock::time_point at;
};

std::shared_ptr<cuda_on_host::Queue> queue_of(cudaStream_t stream) {
  return stream == nullptr ? nullptr : stream->queue;
}

}  // namespace

struct CUevent_st {
  unsigned flags = 0;
  std::shared_ptr<Record> record;
  cuda_on_host::Handle handle;
};

using cuda_on_host::remember;

void cuda_on_host::ask(cudaStream_t stream, std::function<void()> work) {
  if (const auto queue = queue_of(stream)) return queue->add(std::move(work));
  work();
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  const bool own_pace = (flags & cudaStreamNonBlocking) != 0;
  *stream = new CUstream_st{own_pace ? cuda_on_host::queues().open() : nullptr, {}};
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int /*priority*/) {
  return cudaStreamCreateWithFlags(stream, flags);
}
// Does what is left; who destroys a stream hears of no failure.
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  if (stream == nullptr) return remember(cudaErrorInvalidResourceHandle);
  if (const auto queue = queue_of(stream)) {
    queue->run_until(queue->end());
    cuda_on_host::queues().close(queue);
  }
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (const auto queue = queue_of(stream)) queue->wait(queue->end());
  return cudaSuccess;
}
cudaError_t cudaStreamQuery(cudaStream_t stream) { return cudaStreamSynchronize(stream); }
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned /*flags*/) {
  if (event == nullptr) return remember(cudaErrorInvalidResourceHandle);
  const std::shared_ptr<Record> record = event->record;
  if (record == nullptr || record->queue == nullptr) return cudaSuccess;
  cuda_on_host::ask(stream, [record] { record->queue->wait(record->place); });
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize() {
  cuda_on_host::wait_for_device();
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  *event = new CUevent_st{flags, nullptr, {}};
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (event == nullptr) return remember(cudaErrorInvalidResourceHandle);
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (event == nullptr) return remember(cudaErrorInvalidResourceHandle);
  const auto record = std::make_shared<Record>();
  record->queue = queue_of(stream);
  cuda_on_host::ask(stream, [record] { record->at = std::chrono::steady_clock::now(); });
  if (record->queue != nullptr) record->place = record->queue->end();
  event->record = record;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (event == nullptr) return remember(cudaErrorInvalidResourceHandle);
  const std::shared_ptr<Record> record = event->record;
  if (record != nullptr && record->queue != nullptr) record->queue->wait(record->place);
  return cudaSuccess;
}
cudaError_t cudaEventQuery(cudaEvent_t event) { return cudaEventSynchronize(event); }

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  for (const cudaEvent_t event : {start, end}) {
    if (event == nullptr || event->record == nullptr ||
        (event->flags & cudaEventDisableTiming) != 0) {
      return remember(cudaErrorInvalidResourceHandle);
    }
  }
  for (const cudaEvent_t event : {start, end}) {
    const Record& record = *event->record;
    if (record.queue != nullptr && !record.queue->is_done(record.place)) {
      return remember(cudaErrorNotReady);
    }
  }
  *milliseconds =
      std::chrono::duration<float, std::milli>(end->record->at - start->record->at).count();
  return cudaSuccess;
}
