#include "real/comm/thread_group.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "real/comm/combination.hpp"
#include "real/comm/default_plan.hpp"
#include "real/comm/meeting.hpp"
#include "real/comm/progress.hpp"
#include "real/comm/schedule.hpp"
#include "sim/collectives/chain_broadcast.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// What the others see of a worker, on cache lines of its own.
struct alignas(128) Desk {
  // Buffers shown and messages received, of all collectives so far.
  Progress progress;
  std::atomic<bool> is_busy = false;  // in a collective: may be reading others' buffers
  const float* buffer = nullptr;      // of the collective that progress is in
  // A worker can be one sum ahead of those who still read the one before.
  std::array<std::vector<double>, 2> summands;
};

// Where the threads of one group work.
struct Room {
  explicit Room(Rank workers)
      : desks(static_cast<std::size_t>(workers)), meeting(static_cast<std::uint32_t>(workers)) {}

  void abandon() noexcept {
    meeting.abandon();
    for (Desk& desk : desks) desk.progress.abandon();
    for (const auto& duplicate : duplicates) duplicate->abandon();
  }
  bool is_abandoned() const { return desks.front().progress.is_abandoned(); }

  std::vector<Desk> desks;
  Meeting meeting;
  std::vector<std::unique_ptr<Room>> duplicates;  // in the order in which each worker asks for them
};

// A group and all its duplicates: when a worker gives up, all of them do.
struct House {
  explicit House(const Plan& plan) : all_reduce(schedule_of(plan)), entrance(plan.ranks) {
    require(all_reduce.result == Sum::complete, "an all-reduce leaves a rank without a sum");
  }

  Room& duplicate_of(Room& room, std::size_t number) {
    const std::lock_guard lock(mutex);
    while (room.duplicates.size() <= number) {
      room.duplicates.push_back(std::make_unique<Room>(static_cast<Rank>(room.desks.size())));
      if (room.is_abandoned()) room.duplicates.back()->abandon();
    }
    return *room.duplicates[number];
  }

  void abandon() noexcept {
    const std::lock_guard lock(mutex);
    entrance.abandon();
  }

  const Schedule all_reduce;
  std::mutex mutex;  // of the duplicates
  Room entrance;
};

// Messages go in parts of about so many bytes: while the plan carries one part through all its
// steps, what was written in a step is read in the next from a cache.
constexpr std::int64_t part_bytes = 256 << 10;

class ThreadGroup : public Group {
 public:
  ThreadGroup(std::shared_ptr<House> house, Room& room, Rank rank)
      : house_(std::move(house)),
        room_(room),
        desk_(room_.desks[static_cast<std::size_t>(rank)]),
        rank_(rank),
        done_(room_.desks.size()) {
    const bool is_crowded = room_.desks.size() > std::thread::hardware_concurrency();
    patience_ = is_crowded ? Patience::none : Patience::microseconds;
  }

  Rank rank() const override { return rank_; }
  Rank workers() const override { return static_cast<Rank>(room_.desks.size()); }

  Signals meet(Signals said) override { return room_.meeting.meet(said, patience_); }

  void all_reduce_mean(std::span<float> values, WireType wire) override {
    require<InputError>(wire == WireType::fp32 || wire == WireType::bf16,
                        "a real all-reduce sends fp32 or bf16, not int8 or int4");
    execute(house_->all_reduce, values, wire);
  }

  void broadcast(std::span<float> values, Rank root) override {
    const std::int64_t pieces =
        broadcast_pieces(Bytes(static_cast<std::int64_t>(values.size_bytes())), 1);
    const auto [at, is_new] = broadcasts_.try_emplace({root, pieces});
    if (is_new) at->second = schedule_of(chain_broadcast(workers(), pieces, root));
    execute(at->second, values, WireType::fp32);
  }

  void sum(std::span<double> values) override {
    const std::size_t which = sums_++ % 2;
    desk_.summands[which].assign(values.begin(), values.end());
    meet(0);
    std::fill(values.begin(), values.end(), 0.0);
    for (const Desk& desk : room_.desks) {
      const std::vector<double>& summands = desk.summands[which];
      require(summands.size() == values.size(), "sums of {} and {} numbers", values.size(),
              summands.size());
      for (std::size_t at = 0; at < values.size(); ++at) values[at] += summands[at];
    }
  }

  std::unique_ptr<Group> duplicate() override {
    return std::make_unique<ThreadGroup>(house_, house_->duplicate_of(room_, duplicates_++), rank_);
  }

  void abort() noexcept override { house_->abandon(); }

 private:
  void execute(const Schedule& schedule, std::span<float> values, WireType wire) {
    if (workers() == 1) return;
    desk_.is_busy.store(true);
    try {
      if (room_.is_abandoned()) throw Aborted{};
      desk_.buffer = values.data();
      desk_.progress.advance();
      for (Progress::Count& done : done_) ++done;
      exchange(schedule, values, wire);
      desk_.is_busy.store(false);
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
      room_.desks[rank].progress.wait_until(done_[rank] + receives, patience_);
    };
    for (std::int64_t part = 0; part < parts; ++part) {
      if (part > 0) count_receives(schedule);
      for (const ScheduledStep& step : mine.steps) {
        for (const Receive& message : step.receives) {
          for (const Precondition& precondition : message.preconditions) wait_for(precondition);
          const float* source = room_.desks[static_cast<std::size_t>(message.source)].buffer;
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
          desk_.progress.advance();
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
    desk_.is_busy.store(false);
    for (const Desk& desk : room_.desks) {
      while (desk.is_busy.load()) std::this_thread::yield();
    }
  }

  std::shared_ptr<House> house_;
  Room& room_;
  Desk& desk_;
  Rank rank_;
  Patience patience_ = Patience::none;
  // By rank, what its progress was before the present part of the present collective: all workers
  // go through the same ones, so each knows of all.
  std::vector<Progress::Count> done_;
  std::map<std::pair<Rank, std::int64_t>, Schedule> broadcasts_;  // by root and pieces
  std::uint64_t sums_ = 0;
  std::size_t duplicates_ = 0;
};

}  // namespace

std::vector<std::unique_ptr<Group>> thread_groups(const Plan& all_reduce) {
  const auto house = std::make_shared<House>(all_reduce);
  std::vector<std::unique_ptr<Group>> groups;
  for (Rank rank = 0; rank < all_reduce.ranks; ++rank) {
    groups.push_back(std::make_unique<ThreadGroup>(house, house->entrance, rank));
  }
  return groups;
}

std::vector<std::unique_ptr<Group>> thread_groups(Rank workers) {
  return thread_groups(default_all_reduce(workers));
}

}  // namespace palsim
