#include "nccl.h"

#include <algorithm>
#include <barrier>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "real/comm/bf16.hpp"
#include "real/cuda/groups/nccl_library.hpp"
#include "sim/core/error.hpp"

// Where the ranks of a communicator meet. Each GPU has one rank, as NCCL asks for.
struct Meeting {
  explicit Meeting(int count)
      : ranks(count), barrier(count), sent(static_cast<std::size_t>(count)), gpus(sent.size()) {}

  int ranks;
  std::barrier<> barrier;
  std::vector<const void*> sent;
  std::vector<int> gpus;
};

struct ncclComm {
  std::shared_ptr<Meeting> meeting;
  int rank;
};

namespace {

std::mutex meetings_mutex;
std::map<std::vector<char>, std::weak_ptr<Meeting>> meetings;

std::shared_ptr<Meeting> meeting_of(const ncclUniqueId& id, int ranks) {
  const std::lock_guard lock(meetings_mutex);
  std::weak_ptr<Meeting>& known = meetings[{id.internal, id.internal + NCCL_UNIQUE_ID_BYTES}];
  std::shared_ptr<Meeting> meeting = known.lock();
  if (meeting == nullptr) known = meeting = std::make_shared<Meeting>(ranks);
  return meeting;
}

// A collective, which ends when all ranks are through with it. The communicator itself may be gone
// when its stream gets there.
void collective(const ncclComm& communicator, const void* sent, cudaStream_t stream,
                const std::function<void(Meeting&)>& work) {
  cuda_on_host::ask(stream, [=, meeting = communicator.meeting, rank = communicator.rank] {
    meeting->sent[static_cast<std::size_t>(rank)] = sent;
    meeting->barrier.arrive_and_wait();
    work(*meeting);
    meeting->barrier.arrive_and_wait();
  });
}

// NCCL's average multiplies what each rank sends by 1 / K as a number of that type. Every rank's
// vector is read before any rank's is written.
template <class Number, class Read, class Write>
void reduce(Meeting& meeting, std::size_t count, ncclRedOp_t operation, void* received, Read read,
            Write write) {
  std::vector<Number> results(count);
  const float share = read(write(1 / static_cast<float>(meeting.ranks)));
  for (std::size_t i = 0; i < count; ++i) {
    float sum = 0;
    for (const void* sent : meeting.sent) {
      const float value = read(static_cast<const Number*>(sent)[i]);
      sum += operation == ncclAvg ? read(write(value * share)) : value;
    }
    results[i] = write(sum);
  }
  meeting.barrier.arrive_and_wait();
  if (count > 0) std::memcpy(received, results.data(), count * sizeof(Number));
}

}  // namespace

ncclResult_t ncclGetVersion(int* version) {
  *version = 22809;
  return ncclSuccess;
}

const char* ncclGetErrorString(ncclResult_t result) {
  return result == ncclInvalidUsage ? "two ranks on one GPU" : "invalid argument";
}

ncclResult_t ncclGetUniqueId(ncclUniqueId* id) {
  static std::mutex mutex;
  static unsigned next = 0;
  const std::lock_guard lock(mutex);
  ++next;
  // All kinds of bytes, negative ones too.
  for (unsigned i = 0; i < NCCL_UNIQUE_ID_BYTES; ++i) {
    id->internal[i] = static_cast<char>(next * 2654435761U >> (i % 25));
  }
  return ncclSuccess;
}

ncclResult_t ncclCommInitRank(ncclComm_t* communicator, int ranks, ncclUniqueId id, int rank) {
  if (rank < 0 || rank >= ranks) return ncclInvalidArgument;
  const std::shared_ptr<Meeting> meeting = meeting_of(id, ranks);
  if (meeting->ranks != ranks) return ncclInvalidArgument;
  cudaGetDevice(&meeting->gpus[static_cast<std::size_t>(rank)]);
  meeting->barrier.arrive_and_wait();
  std::vector<int> gpus = meeting->gpus;
  std::sort(gpus.begin(), gpus.end());
  if (std::adjacent_find(gpus.begin(), gpus.end()) != gpus.end()) return ncclInvalidUsage;
  *communicator = new ncclComm{meeting, rank};
  return ncclSuccess;
}

ncclResult_t ncclCommAbort(ncclComm_t communicator) {
  delete communicator;
  return ncclSuccess;
}

ncclResult_t ncclAllReduce(const void* sent, void* received, std::size_t count, ncclDataType_t type,
                           ncclRedOp_t operation, ncclComm_t communicator, cudaStream_t stream) {
  collective(*communicator, sent, stream, [=](Meeting& meeting) {
    if (type == ncclFloat) {
      const auto same = [](float value) { return value; };
      reduce<float>(meeting, count, operation, received, same, same);
    } else {
      reduce<palsim::Bf16>(
          meeting, count, operation, received,
          [](palsim::Bf16 value) { return palsim::to_float(value); },
          [](float value) { return palsim::to_bf16(value); });
    }
  });
  return ncclSuccess;
}

ncclResult_t ncclBroadcast(const void* sent, void* received, std::size_t count, ncclDataType_t type,
                           int root, ncclComm_t communicator, cudaStream_t stream) {
  if (type != ncclFloat) return ncclInvalidArgument;
  collective(*communicator, sent, stream, [=, rank = communicator->rank](Meeting& meeting) {
    if (rank == root || count == 0) return;
    std::memcpy(received, meeting.sent[static_cast<std::size_t>(root)], count * sizeof(float));
  });
  return ncclSuccess;
}

namespace palsim::cuda {

// In place of nccl_library.cpp, which opens the library at run time.
const NcclLibrary& nccl() {
  static const NcclLibrary library{ncclGetVersion,   ncclGetErrorString, ncclGetUniqueId,
                                   ncclCommInitRank, ncclCommAbort,      ncclAllReduce,
                                   ncclBroadcast};
  return library;
}

void check(ncclResult_t status, const char* doing) {
  require(status == ncclSuccess, "{}: NCCL: {}", doing, nccl().get_error_string(status));
}

}  // namespace palsim::cuda
