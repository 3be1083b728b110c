#include "real/comm/schedule.hpp"

#include <algorithm>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

void append(std::vector<ChunkRun>& runs, std::int64_t chunk) {
  if (!runs.empty() && runs.back().first + runs.back().count == chunk) {
    ++runs.back().count;
  } else {
    runs.push_back({chunk, 1});
  }
}

// The latest one of each rank implies the others.
void add(std::vector<Precondition>& preconditions, Precondition more) {
  const auto same = std::find_if(preconditions.begin(), preconditions.end(),
                                 [&](const Precondition& one) { return one.rank == more.rank; });
  if (same == preconditions.end()) {
    preconditions.push_back(more);
  } else {
    same->receives = std::max(same->receives, more.receives);
  }
}

// One chunk in one rank's buffer, while the plan is gone through in order.
struct Place {
  std::int64_t contributions = 1;
  std::int64_t written_by = 0;             // the rank's receive, from 1, that wrote it last
  std::vector<Precondition> readers = {};  // since then
  std::int64_t sent_in = -1;               // step
  std::int64_t received_in = -1;           // step
};

class Scheduler {
 public:
  explicit Scheduler(const Plan& plan)
      : plan_(plan),
        places_(static_cast<std::size_t>(plan.ranks * plan.chunks)),
        is_summed_(static_cast<std::size_t>(plan.chunks)) {
    schedule_.chunks = plan.chunks;
    schedule_.ranks.resize(static_cast<std::size_t>(plan.ranks));
    last_step_.resize(static_cast<std::size_t>(plan.ranks), -1);
  }

  Schedule schedule() {
    const std::int64_t count = steps(plan_);
    for (std::int64_t step = 0; step < count; ++step) {
      for (const Channel& channel : plan_.channels) go_through(channel, step);
    }
    bool is_complete = true;
    for (Rank rank = 0; rank < plan_.ranks; ++rank) {
      for (std::int64_t chunk = 0; chunk < plan_.chunks; ++chunk) {
        const Place& left = place(rank, chunk);
        is_complete = is_complete && left.contributions == plan_.ranks;
        for (const Precondition& reader : left.readers) add(of(rank).until_all_read, reader);
      }
    }
    schedule_.result = is_complete ? Sum::complete : Sum::partial;
    return std::move(schedule_);
  }

 private:
  RankSchedule& of(Rank rank) { return schedule_.ranks[static_cast<std::size_t>(rank)]; }
  Place& place(Rank rank, std::int64_t chunk) {
    return places_[static_cast<std::size_t>(rank * plan_.chunks + chunk)];
  }

  void go_through(const Channel& channel, std::int64_t step) {
    std::int64_t repetition = step;
    for (const Stage& stage : channel.stages) {
      const std::int64_t length = repetitions(stage);
      if (repetition < length) {
        for (const Send& send : stage.sends) {
          if (repetition >= send.lag && repetition < send.lag + stage.repeat) {
            exchange(channel, stage, send, repetition, step);
          }
        }
        return;
      }
      repetition -= length;
    }
  }

  ScheduledStep& step_of(Rank rank, std::int64_t step) {
    std::int64_t& last = last_step_[static_cast<std::size_t>(rank)];
    if (last != step) of(rank).steps.emplace_back();
    last = step;
    return of(rank).steps.back();
  }

  void exchange(const Channel& channel, const Stage& stage, const Send& send,
                std::int64_t repetition, std::int64_t step) {
    Receive receive{.source = send.source, .combine = send.combine};
    const std::int64_t number = ++of(send.target).receives;
    // A buffer can be read once its owner has shown it.
    add(receive.preconditions, {send.source, 0});
    std::int64_t completed = 0;
    for (std::int64_t at = 0; at < send.chunks; ++at) {
      const std::int64_t chunk = moved_chunk(channel, stage, send, repetition, at);
      append(receive.runs, chunk);
      Place& source = place(send.source, chunk);
      Place& target = place(send.target, chunk);
      require(source.received_in != step && target.sent_in != step,
              "chunk {} is sent and received in step {}", chunk, step);
      require(target.received_in != step || send.combine == Combine::reduce,
              "chunk {} is received twice in step {}", chunk, step);
      add(receive.preconditions, {send.source, source.written_by});
      for (const Precondition& reader : target.readers) add(receive.preconditions, reader);
      target.readers.clear();
      target.written_by = number;
      target.received_in = step;
      source.readers.push_back({send.target, number});
      source.sent_in = step;
      if (send.combine == Combine::copy) {
        target.contributions = source.contributions;
      } else {
        target.contributions += source.contributions;
        require(target.contributions <= plan_.ranks, "chunk {} sums up a rank twice", chunk);
        if (target.contributions == plan_.ranks) {
          ++completed;
          char& is_summed = is_summed_[static_cast<std::size_t>(chunk)];
          require(!is_summed, "chunk {} is summed up twice", chunk);
          is_summed = 1;
        }
      }
    }
    require(completed == 0 || completed == send.chunks, "a message completes {} of its {} chunks",
            completed, send.chunks);
    if (completed > 0) receive.sum = Sum::complete;
    step_of(send.source, step).transmits.push_back({send.target, receive.runs});
    step_of(send.target, step).receives.push_back(std::move(receive));
  }

  const Plan& plan_;
  std::vector<Place> places_;
  std::vector<char> is_summed_;
  std::vector<std::int64_t> last_step_;
  Schedule schedule_;
};

}  // namespace

Schedule schedule_of(const Plan& plan) {
  check(plan);
  return Scheduler(plan).schedule();
}

}  // namespace palsim
