// The plans over MPI: in each step a rank posts its receives and sends, and combines what comes
// while the rest is still on its way.
#include <mpi.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "real/comm/broadcast_schedules.hpp"
#include "real/comm/combination.hpp"
#include "real/comm/default_plan.hpp"
#include "real/comm/mpi_process.hpp"
#include "real/comm/polling.hpp"
#include "real/comm/schedule.hpp"
#include "sim/core/error.hpp"

namespace palsim {
namespace {

// Messages longer than this go in parts, each combined while the next comes.
constexpr std::int64_t part_length = 64 << 10;

// What all duplicates of a group share.
struct Family {
  Schedule all_reduce;
  std::atomic<bool> is_abandoned = false;
};

class MpiGroup : public Group {
 public:
  MpiGroup(std::shared_ptr<Family> family, MPI_Comm parent) : family_(std::move(family)) {
    MPI_Comm_dup(parent, &comm_);
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &workers_);
  }
  MpiGroup(const MpiGroup&) = delete;
  MpiGroup& operator=(const MpiGroup&) = delete;
  ~MpiGroup() override {
    // The others may still be using theirs, and will be killed doing so.
    if (!family_->is_abandoned) MPI_Comm_free(&comm_);
  }

  Rank rank() const override { return rank_; }
  Rank workers() const override { return workers_; }

  Signals meet(Signals said) override {
    Signals all_said = 0;
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallreduce(&said, &all_said, 1, MPI_UINT32_T, MPI_BOR, comm_, &request);
    wait(request);
    return all_said;  // NOLINT(clang-analyzer-optin.mpi.MPI-Checker): wait() is not MPI_Wait
  }

  void all_reduce_mean(std::span<float> values, WireType wire) override {
    require_real(wire);
    execute(family_->all_reduce, values, wire);
  }

  void broadcast(std::span<float> values, Rank root) override {
    const Bytes bytes(static_cast<std::int64_t>(values.size_bytes()));
    execute(broadcasts_.of(workers(), bytes, root), values, WireType::fp32);
  }

  void sum(std::span<double> values) override {
    const auto count = static_cast<int>(values.size());
    std::vector<double> all(values.size() * static_cast<std::size_t>(workers_));
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Iallgather(values.data(), count, MPI_DOUBLE, all.data(), count, MPI_DOUBLE, comm_,
                   &request);
    wait(request);
    // NOLINTNEXTLINE(clang-analyzer-optin.mpi.MPI-Checker): as above
    std::fill(values.begin(), values.end(), 0.0);
    for (std::size_t at = 0; at < all.size(); ++at) values[at % values.size()] += all[at];
  }

  std::unique_ptr<Group> duplicate() override { return std::make_unique<MpiGroup>(family_, comm_); }

  void abort() noexcept override { family_->is_abandoned = true; }

 private:
  // Numbers next to each other in the buffer that come as one message of MPI's.
  struct Incoming {
    const Receive* message = nullptr;
    std::int64_t begin = 0;
    std::int64_t count = 0;
    std::int64_t staged_at = 0;
  };

  void wait(MPI_Request& request) {
    poll_until([&] {
      int is_done = 0;
      MPI_Test(&request, &is_done, MPI_STATUS_IGNORE);
      if (is_done == 0 && family_->is_abandoned) throw Aborted{};
      return is_done != 0;
    });
  }

  void execute(const Schedule& schedule, std::span<float> values, WireType wire) {
    try {
      for (const ScheduledStep& step : schedule.ranks[static_cast<std::size_t>(rank_)].steps) {
        post_receives(step, schedule.chunks, values, wire);
        post_sends(step, schedule.chunks, values, wire);
        for (std::size_t at = 0; at < requests_.size(); ++at) {
          wait(requests_[at]);
          if (at < incoming_.size()) combine(incoming_[at], values, wire);
        }
      }
    } catch (const Aborted&) {
      // Nothing more may come into buffers that are about to go.
      for (MPI_Request& request : requests_) {
        if (request == MPI_REQUEST_NULL) continue;
        MPI_Cancel(&request);
        MPI_Request_free(&request);
      }
      throw;
    }
  }

  // Both ends of a message cut it alike: visit(begin, count).
  template <class Visit>
  static void for_each_part(const std::vector<ChunkRun>& runs, std::int64_t chunks,
                            std::int64_t count, const Visit& visit) {
    for (const ChunkRun& run : runs) {
      const std::int64_t end = (run.first + run.count) * count / chunks;
      for (std::int64_t begin = run.first * count / chunks; begin < end; begin += part_length) {
        visit(begin, std::min(part_length, end - begin));
      }
    }
  }

  // A copy in fp32 goes straight into the buffer.
  static bool is_staged(const Receive& message, WireType wire) {
    return wire == WireType::bf16 || message.combine == Combine::reduce;
  }

  void post_receives(const ScheduledStep& step, std::int64_t chunks, std::span<float> values,
                     WireType wire) {
    const auto count = static_cast<std::int64_t>(values.size());
    incoming_.clear();
    requests_.clear();
    std::int64_t staged = 0;
    for (const Receive& message : step.receives) {
      for_each_part(message.runs, chunks, count, [&](std::int64_t begin, std::int64_t length) {
        incoming_.push_back({&message, begin, length, staged});
        staged += is_staged(message, wire) ? length : 0;
      });
    }
    if (wire == WireType::bf16) {
      rounded_in_.resize(static_cast<std::size_t>(staged));
    } else {
      staging_.resize(static_cast<std::size_t>(staged));
    }
    for (const Incoming& part : incoming_) {
      void* place = values.data() + part.begin;
      if (wire == WireType::bf16) {
        place = rounded_in_.data() + part.staged_at;
      } else if (is_staged(*part.message, wire)) {
        place = staging_.data() + part.staged_at;
      }
      MPI_Irecv(place, static_cast<int>(part.count), type_of(wire),
                static_cast<int>(part.message->source), 0, comm_, &requests_.emplace_back());
    }
  }

  void post_sends(const ScheduledStep& step, std::int64_t chunks, std::span<const float> values,
                  WireType wire) {
    const auto count = static_cast<std::int64_t>(values.size());
    if (wire == WireType::bf16) round_what_is_sent(step, chunks, values);
    std::int64_t sent = 0;
    for (const Transmit& message : step.transmits) {
      for_each_part(message.runs, chunks, count, [&](std::int64_t begin, std::int64_t length) {
        const void* place = values.data() + begin;
        if (wire == WireType::bf16) place = rounded_out_.data() + sent;
        sent += length;
        MPI_Isend(place, static_cast<int>(length), type_of(wire), static_cast<int>(message.target),
                  0, comm_, &requests_.emplace_back());
      });
    }
  }

  void round_what_is_sent(const ScheduledStep& step, std::int64_t chunks,
                          std::span<const float> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    rounded_out_.clear();
    for (const Transmit& message : step.transmits) {
      for_each_part(message.runs, chunks, count, [&](std::int64_t begin, std::int64_t length) {
        const std::size_t at = rounded_out_.size();
        rounded_out_.resize(at + static_cast<std::size_t>(length));
        round_to_bf16(length, values.data() + begin, rounded_out_.data() + at);
      });
    }
  }

  void combine(const Incoming& part, std::span<float> values, WireType wire) {
    if (!is_staged(*part.message, wire)) return;
    const Combination combination{.combine = part.message->combine,
                                  .wire = wire,
                                  .sum = part.message->sum,
                                  .factor = 1 / static_cast<float>(workers_)};
    float* const target = values.data() + part.begin;
    if (wire == WireType::bf16) {
      receive(combination, part.count, rounded_in_.data() + part.staged_at, target);
    } else {
      receive(combination, part.count, staging_.data() + part.staged_at, target);
    }
  }

  static MPI_Datatype type_of(WireType wire) {
    return wire == WireType::bf16 ? MPI_UINT16_T : MPI_FLOAT;
  }

  std::shared_ptr<Family> family_;
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0;
  int workers_ = 1;
  BroadcastSchedules broadcasts_;
  // Of the present step.
  std::vector<Incoming> incoming_;
  std::vector<MPI_Request> requests_;  // of what comes, in that order, then of what goes
  std::vector<float> staging_;
  std::vector<Bf16> rounded_in_;
  std::vector<Bf16> rounded_out_;
};

}  // namespace

std::unique_ptr<Group> mpi_group(const Plan& all_reduce) {
  auto family = std::make_shared<Family>();
  family->all_reduce = schedule_of(all_reduce);
  require(family->all_reduce.result == Sum::complete, "an all-reduce leaves a rank without a sum");
  auto group = std::make_unique<MpiGroup>(std::move(family), MPI_COMM_WORLD);
  require(group->workers() == all_reduce.ranks, "an all-reduce of {} ranks by {} processes",
          all_reduce.ranks, group->workers());
  return group;
}

std::unique_ptr<Group> mpi_group() {
  int workers = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &workers);
  return mpi_group(default_all_reduce(workers));
}

}  // namespace palsim
