#include "real/comm/thread_group.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <thread>
#include <utility>

#include "real/comm/barrier.hpp"
#include "real/comm/broadcast_schedules.hpp"
#include "real/comm/combination.hpp"
#include "real/comm/core_binding.hpp"
#include "real/comm/default_plan.hpp"
#include "real/comm/progress.hpp"
#include "real/comm/schedule.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// What the others see of a worker, on cache lines of its own.
struct alignas(128) Slot {
  // Buffers shown and messages received, of all collectives so far.
  Progress progress;
  std::atomic<bool> is_busy = false;  // in a collective: may be reading others' buffers
  const float* buffer = nullptr;      // of the collective that progress is in
  // A worker can be one sum ahead of those who still read the one before.
  std::array<std::vector<double>, 2> summands;
};

// What the threads of one group share.
struct SharedState {
  explicit SharedState(Rank workers)
      : slots(static_cast<std::size_t>(workers)), barrier(static_cast<std::uint32_t>(workers)) {}

  void abandon() noexcept {
    barrier.abandon();
    for (Slot& slot : slots) slot.progress.abandon();
    for (const auto& duplicate : duplicates) duplicate->abandon();
  }
  bool is_abandoned() const { return slots.front().progress.is_abandoned(); }

  std::vector<Slot> slots;
  Barrier barrier;
  // In the order in which each worker asks for them.
  std::vector<std::unique_ptr<SharedState>> duplicates;
};

// A group and all its duplicates: when a worker gives up, all of them do.
struct Family {
  explicit Family(const Plan& plan)
      : all_reduce(schedule_of(plan)),
        patience(plan.ranks > usable_cores() ? Patience::none : Patience::some),
        first(plan.ranks) {
    require(all_reduce.result == Sum::complete, "an all-reduce leaves a rank without a sum");
  }

  SharedState& duplicate_of(SharedState& shared, std::size_t number) {
    const std::lock_guard lock(mutex);
    while (shared.duplicates.size() <= number) {
      shared.duplicates.push_back(
          std::make_unique<SharedState>(static_cast<Rank>(shared.slots.size())));
      if (shared.is_abandoned()) shared.duplicates.back()->abandon();
    }
    return *shared.duplicates[number];
  }

  void abandon() noexcept {
    const std::lock_guard lock(mutex);
    first.abandon();
  }

  const Schedule all_reduce;
  // With more workers than cores, who is waited for may need this very one. Asked here, where the
  // thread is not yet bound to one of them.
  const Patience patience;
  std::mutex mutex;  // of the duplicates
  SharedState first;
};

// Messages go in parts of about so many bytes: while the plan carries one part through all its
// steps, what was written in a step is read in the next from a cache.
constexpr std::int64_t part_bytes = 256 << 10;

class ThreadGroup : public Group {
 public:
  ThreadGroup(std::shared_ptr<Family> family, SharedState& shared, Rank rank)
      : family_(std::move(family)),
        shared_(shared),
        slot_(shared_.slots[static_cast<std::size_t>(rank)]),
        rank_(rank),
        done_(shared_.slots.size()) {}

  Rank rank() const override { return rank_; }
  Rank workers() const override { return static_cast<Rank>(shared_.slots.size()); }

  Signals meet(Signals said) override { return shared_.barrier.meet(said, family_->patience); }

  void all_reduce_mean(std::span<float> values, WireType wire) override {
    require_real(wire);
    execute(family_->all_reduce, values, wire);
  }

  void broadcast(std::span<float> values, Rank root) override {
    const Bytes bytes(static_cast<std::int64_t>(values.size_bytes()));
    execute(broadcasts_.of(workers(), bytes, root), values, WireType::fp32);
  }

  void sum(std::span<double> values) override {
    const std::size_t which = sums_++ % 2;
    slot_.summands[which].assign(values.begin(), values.end());
    meet(0);
    std::fill(values.begin(), values.end(), 0.0);
    for (const Slot& slot : shared_.slots) {
      const std::vector<double>& summands = slot.summands[which];
      require(summands.size() == values.size(), "sums of {} and {} numbers", values.size(),
              summands.size());
      for (std::size_t at = 0; at < values.size(); ++at) values[at] += summands[at];
    }
  }

  std::unique_ptr<Group> duplicate() override {
    return std::make_unique<ThreadGroup>(family_, family_->duplicate_of(shared_, duplicates_++),
                                         rank_);
  }

  void abort() noexcept override { family_->abandon(); }

 private:
  void execute(const Schedule& schedule, std::span<float> values, WireType wire) {
    if (workers() == 1) return;
    slot_.is_busy.store(true);
    try {
      if (shared_.is_abandoned()) throw Aborted{};
      slot_.buffer = values.data();
      slot_.progress.advance();
      for (Progress::Count& done : done_) ++done;
      exchange(schedule, values, wire);
      slot_.is_busy.store(false);
    } catch (const Aborted&) {
      leave_abandoned();
      throw;
    }
  }

  void exchange(const Schedule& schedule, std::span<float> values, WireType wire) {
    const auto count = static_cast<std::int64_t>(values.size());
    const std::int64_t chunk_bytes = count / schedule.chunks * 4;
    const std::int64_t parts =
        std::max<std::int64_t>(1, (chunk_bytes + part_bytes - 1) / part_bytes);
    const RankSchedule& mine = schedule.ranks[static_cast<std::size_t>(rank_)];
    const auto wait_for = [&](const Precondition& precondition) {
      const auto rank = static_cast<std::size_t>(precondition.rank);
      const auto receives = static_cast<Progress::Count>(precondition.receives);
      shared_.slots[rank].progress.wait_until(done_[rank] + receives, family_->patience);
    };
    for (std::int64_t part = 0; part < parts; ++part) {
      if (part > 0) count_receives(schedule);
      for (const ScheduledStep& step : mine.steps) {
        for (const Receive& message : step.receives) {
          for (const Precondition& precondition : message.preconditions) wait_for(precondition);
          const float* source = shared_.slots[static_cast<std::size_t>(message.source)].buffer;
          const Combination combination{.combine = message.combine,
                                        .wire = wire,
                                        .sum = message.sum,
                                        .factor = 1 / static_cast<float>(workers())};
          for (const ChunkRun& run : message.runs) {
            for (std::int64_t chunk = run.first; chunk < run.first + run.count; ++chunk) {
              const std::int64_t first = chunk * count / schedule.chunks;
              const std::int64_t length = (chunk + 1) * count / schedule.chunks - first;
              const std::int64_t begin = first + part * length / parts;
              const std::int64_t end = first + (part + 1) * length / parts;
              receive(combination, end - begin, source + begin, values.data() + begin);
            }
          }
          slot_.progress.advance();
        }
      }
    }
    for (const Precondition& precondition : mine.until_all_read) wait_for(precondition);
    count_receives(schedule);
  }

  void count_receives(const Schedule& schedule) {
    for (std::size_t rank = 0; rank < done_.size(); ++rank) {
      done_[rank] += static_cast<Progress::Count>(schedule.ranks[rank].receives);
    }
  }

  // The caller may free its buffer once this is done, so nobody may still be reading it. Nobody
  // blocks in here any more: everyone who is busy soon leaves too, and who comes leaves at once.
  void leave_abandoned() {
    slot_.is_busy.store(false);
    for (const Slot& slot : shared_.slots) {
      while (slot.is_busy.load()) std::this_thread::yield();
    }
  }

  std::shared_ptr<Family> family_;
  SharedState& shared_;
  Slot& slot_;
  Rank rank_;
  // By rank, what its progress was before the present part of the present collective: all workers
  // go through the same ones, so each knows of all.
  std::vector<Progress::Count> done_;
  BroadcastSchedules broadcasts_;
  std::uint64_t sums_ = 0;
  std::size_t duplicates_ = 0;
};

}  // namespace

std::vector<std::unique_ptr<Group>> thread_groups(const Plan& all_reduce) {
  const auto family = std::make_shared<Family>(all_reduce);
  std::vector<std::unique_ptr<Group>> groups;
  for (Rank rank = 0; rank < all_reduce.ranks; ++rank) {
    groups.push_back(std::make_unique<ThreadGroup>(family, family->first, rank));
  }
  return groups;
}

std::vector<std::unique_ptr<Group>> thread_groups(Rank workers) {
  return thread_groups(default_all_reduce(workers));
}

}  // namespace palsim
