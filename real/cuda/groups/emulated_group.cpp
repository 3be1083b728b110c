#include "real/cuda/groups/emulated_group.hpp"

#include <atomic>
#include <bit>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "real/comm/combination.hpp"
#include "real/cuda/check.hpp"
#include "real/cuda/context.hpp"
#include "real/cuda/stream.hpp"
#include "real/cuda/vectors/combine_workers.hpp"
#include "sim/core/error.hpp"

namespace palsim::cuda {
namespace {

// A group adds up numbers, and a double holds any address.
template <class Pointed>
double number_of(Pointed* pointer) {
  return static_cast<double>(reinterpret_cast<std::uintptr_t>(pointer));
}
template <class Pointed>
Pointed* pointer_of(double number) {
  return std::bit_cast<Pointed*>(static_cast<std::uintptr_t>(number));
}

// What all workers of a group see; the last of them to leave closes it.
struct Room {
  explicit Room(Rank workers) : users(workers) {}

  std::atomic<Rank> users;
  std::atomic<bool> is_busy = false;       // rank 0 works on all vectors, or is about to
  std::atomic<bool> is_abandoned = false;  // one of these may be gone
};

struct Leave {
  void operator()(Room* room) const {
    if (room->users.fetch_sub(1) == 1) delete room;
  }
};
using SharedRoom = std::unique_ptr<Room, Leave>;

// Rank 0's, to all.
SharedRoom shared_room(Group& host) {
  auto own = host.rank() == 0 ? std::make_unique<Room>(host.workers()) : nullptr;
  double address = number_of(own.get());
  host.sum({&address, 1});  // or else none of the others comes to see it
  own.release();
  return SharedRoom(pointer_of<Room>(address));
}

// Where rank 0 computes.
class Desk {
 public:
  Desk(int gpu, const SumProgram& program)
      : gpu_(on(gpu)), program_(program), context_{.stream = stream_.get()} {}

  const Context& begin() const {
    on(gpu_);
    return context_;
  }
  void end() const { stream_.synchronize(); }
  const UploadedProgram& program() const { return program_; }

 private:
  // Of the calling thread, which need not be the one that made the group.
  static int on(int gpu) {
    check(cudaSetDevice(gpu), "choosing a GPU");
    return gpu;
  }

  int gpu_;
  UploadedProgram program_;
  Stream stream_;
  Context context_;
};

class EmulatedGroup final : public Group {
 public:
  EmulatedGroup(std::unique_ptr<Group> host, int gpu, SumProgram program)
      : host_(std::move(host)),
        gpu_(gpu),
        program_(std::move(program)),
        room_(shared_room(*host_)) {
    require(program_.workers == workers(), "an order of {} workers' sums for {} workers",
            program_.workers, workers());
    if (rank() == 0) desk_ = std::make_unique<Desk>(gpu_, program_);
  }

  Rank rank() const override { return host_->rank(); }
  Rank workers() const override { return host_->workers(); }
  Signals meet(Signals said) override { return host_->meet(said); }
  void sum(std::span<double> values) override { host_->sum(values); }

  void all_reduce_mean(std::span<float> values, WireType wire) override {
    require_real(wire);
    compute(values, [&](const std::vector<float*>& vectors) {
      combine_workers(desk_->begin(), desk_->program(), wire, length_of(values), vectors.data());
    });
  }

  void broadcast(std::span<float> values, Rank root) override {
    compute(values, [&](const std::vector<float*>& vectors) {
      broadcast_workers(desk_->begin(), static_cast<int>(workers()), static_cast<int>(root),
                        length_of(values), vectors.data());
    });
  }

  std::unique_ptr<Group> duplicate() override {
    return std::make_unique<EmulatedGroup>(host_->duplicate(), gpu_, program_);
  }
  void abort() noexcept override { host_->abort(); }

 private:
  static std::int64_t length_of(std::span<float> values) {
    return static_cast<std::int64_t>(values.size());
  }

  template <class Work>
  void compute(std::span<float> values, const Work& work) {
    if (workers() == 1) return;
    try {
      if (rank() == 0) {
        compute_for_all(values, work);
      } else {
        shown(values);
      }
      host_->meet();
    } catch (const Aborted&) {
      // The caller may free its vector once this is done: nobody may still work on it, or begin to.
      room_->is_abandoned.store(true);
      while (room_->is_busy.load()) std::this_thread::yield();
      throw;
    }
  }

  template <class Work>
  void compute_for_all(std::span<float> values, const Work& work) {
    const Busy busy(*room_);
    const std::vector<float*> vectors = shown(values);
    if (room_->is_abandoned.load()) throw Aborted{};
    work(vectors);
    desk_->end();
  }

  // Every worker's vector, by rank.
  std::vector<float*> shown(std::span<float> values) {
    const auto count = static_cast<std::size_t>(workers());
    const auto mine = static_cast<std::size_t>(rank());
    std::vector<double> table(2 * count);
    table[mine] = number_of(values.data());
    table[count + mine] = static_cast<double>(values.size());
    host_->sum(table);
    std::vector<float*> vectors;
    for (std::size_t rank = 0; rank < count; ++rank) {
      require(table[count + rank] == table[count + mine],
              "a collective of {} numbers at rank {} and {} at rank {}", table[count + mine], mine,
              table[count + rank], rank);
      vectors.push_back(pointer_of<float>(table[rank]));
    }
    return vectors;
  }

  class Busy {
   public:
    explicit Busy(Room& room) : room_(room) { room_.is_busy.store(true); }
    ~Busy() { room_.is_busy.store(false); }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

   private:
    Room& room_;
  };

  std::unique_ptr<Group> host_;
  int gpu_;
  SumProgram program_;
  SharedRoom room_;
  std::unique_ptr<Desk> desk_;  // rank 0's
};

}  // namespace

std::unique_ptr<Group> emulated_group(Group& host, int gpu, const SumOrder& order) {
  return std::make_unique<EmulatedGroup>(host.duplicate(), gpu, sum_program(order));
}

}  // namespace palsim::cuda
