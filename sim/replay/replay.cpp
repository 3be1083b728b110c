#include "sim/replay/replay.hpp"

#include <algorithm>
#include <deque>
#include <optional>

#include "sim/core/engine.hpp"
#include "sim/replay/shared_devices.hpp"
#include "sim/replay/simulated_worker.hpp"
#include "sim/replay/synchronous_step.hpp"

namespace palsim {
namespace {

class Replay final : public MeetingPoint {
 public:
  Replay(const Method& method, const Prices& prices, const Spread& spread,
         const ReplayOptions& options, Timeline* timeline)
      : scene_{prices, spread, options, *this, timeline},
        may_leave_out_(options.shortcuts.equal_rounds == ReplayShortcuts::EqualRounds::left_out &&
                       !spread.random() && timeline == nullptr),
        starts_(static_cast<std::size_t>(options.workers)),
        setup_(prices.setup) {
    for (const SynchronousStepPrice& price : prices.synchronous) clocks_.emplace_back(price);
    if (options.sharing.shared()) devices_.emplace(prices, scene_.options.sharing);
    for (Rank rank = 0; rank < options.workers; ++rank) {
      workers_.emplace_back(scene_, rank, method);
    }
  }

  RunResult run() {
    engine_.schedule(Time::start(), Event::begin);
    engine_.run([this](Event event) {
      if (event == Event::meeting_ends) end_meeting();
      for (SimulatedWorker& worker : workers_) worker.go_on();
    });
    return result();
  }

  void arrive(SimulatedWorker& worker, Meeting meeting) override {
    if (arrived_ == 0) meeting_ = meeting;
    require(meeting == meeting_, "worker {} awaits another collective than the first to arrive",
            worker.rank());
    latest_ = std::max(latest_, worker.clock());
    starts_[static_cast<std::size_t>(arrived_)] = {worker.clock(), worker.step_factor()};
    if (++arrived_ == static_cast<Rank>(workers_.size())) hold_meeting();
  }

 private:
  enum class Event { begin, meeting_ends };

  // Everybody is there: the collective begins, and its end is an event.
  void hold_meeting() {
    if (meeting_.kind == Meeting::Kind::all_reduce) {
      if (devices_) latest_ = devices_->finish_local_work(workers_);
      times_.end = latest_ + scene_.prices.of(meeting_.payload).time;
    } else {
      times_ = devices_ ? devices_->run_step(meeting_.exchange, workers_)
                        : clocks_[static_cast<std::size_t>(meeting_.exchange)].run(starts_);
    }
    times_.end += setup_;
    engine_.schedule(times_.end, Event::meeting_ends);
  }

  void end_meeting() {
    if (meeting_.kind == Meeting::Kind::all_reduce) {
      for (SimulatedWorker& worker : workers_) {
        worker.wait(latest_ - worker.clock());
        worker.communicate(times_.end - worker.clock());
        worker.count_synchronization();
      }
    } else {
      const SynchronousStepPrice& price = scene_.prices.of(meeting_.exchange);
      for (SimulatedWorker& worker : workers_) leave_synchronous_step(worker, price);
      record_buckets();
    }
    setup_ = Duration();
    ++times_met(meeting_);
    if (scene_.timeline != nullptr) {
      scene_.timeline->end_round(workers_.front().step() + 1, latest_clock());
    }
    if (meeting_.kind == Meeting::Kind::synchronous_step) update_all();
    note_steps(workers_.front().step() + 1);
    report_progress();
    arrived_ = 0;
    latest_ = Time::start();
    if (may_leave_out_) leave_out_equal_rounds();
  }

  void note_steps(Step done) const {
    if (scene_.options.clock == nullptr) return;
    scene_.options.clock->note(done, latest_clock(), mean_tally());
  }

  Time latest_clock() const {
    Time latest = Time::start();
    for (const SimulatedWorker& worker : workers_) latest = std::max(latest, worker.clock());
    return latest;
  }

  Tally mean_tally() const {
    Tally mean;
    for (const SimulatedWorker& worker : workers_) mean += worker.account().tally();
    mean /= static_cast<double>(workers_.size());
    mean.bytes_sent = bytes_sent();
    return mean;
  }

  // About every tenth of a second.
  void report_progress() {
    constexpr std::int64_t often = 1'000'000;
    arrivals_ += arrived_;
    if (!scene_.options.progress || arrivals_ < often) return;
    arrivals_ = 0;
    scene_.options.progress(workers_.front().step() + 1);
  }

  void leave_synchronous_step(SimulatedWorker& worker, const SynchronousStepPrice& price) const {
    const double factor = worker.step_factor();
    if (price.broadcast.time > Duration()) {
      worker.wait(times_.broadcast_begin - worker.clock());
      worker.communicate(price.broadcast.time);
    }
    worker.compute_gradient(price.compute.scaled(factor));
    if (devices_) worker.finish_local_work(devices_->clock_of(meeting_.exchange, worker.rank()));
    worker.wait(times_.backward_end - worker.clock());
    worker.communicate(times_.end - worker.clock());
    worker.count_synchronous_step();
  }

  void update_all() {
    const SynchronousStepPrice& price = scene_.prices.of(meeting_.exchange);
    for (SimulatedWorker& worker : workers_) {
      worker.update(price.optimizer.scaled(worker.step_factor()));
    }
  }

  void record_buckets() {
    if (scene_.timeline == nullptr) return;
    const auto buckets = devices_
                             ? devices_->bucket_times(meeting_.exchange)
                             : clocks_[static_cast<std::size_t>(meeting_.exchange)].bucket_times();
    const std::vector<BucketPrice>& prices = scene_.prices.of(meeting_.exchange).buckets;
    for (std::size_t at = 0; at < buckets.size(); ++at) {
      const auto& [begin, end] = buckets[at];
      scene_.timeline->record(
          {wire_track, Activity::bucket, begin, end - begin, 0, prices[at].bytes.count()});
    }
  }

  // If the last round was one period long and began with the same meeting, the rest of the loop
  // repeats it: the workers' clocks relative to each other are the same after both.
  void leave_out_equal_rounds() {
    const SimulatedWorker& any = workers_.front();
    const StepSpan span = any.span();
    const Step step = any.step();
    if (span.period == 0) return;
    if (step == previous_.step && span.first == previous_.span_first) {
      may_leave_out_ = false;  // several meetings to a step: a round has no one beginning
      return;
    }
    const bool repeats = meeting_ == previous_.meeting && step - previous_.step == span.period &&
                         span.first == previous_.span_first;
    const Step rounds = repeats ? (span.last - 1 - step) / span.period : 0;
    if (rounds > 0) {
      for (SimulatedWorker& worker : workers_) {
        worker.leave_out_rounds(accounts_[static_cast<std::size_t>(worker.rank())], rounds);
      }
      times_met(meeting_) += rounds;
      note_steps(step + 1 + rounds * span.period);
    }
    previous_ = {meeting_, step, span.first};
    accounts_.resize(workers_.size());
    for (const SimulatedWorker& worker : workers_) {
      accounts_[static_cast<std::size_t>(worker.rank())] = worker.account();
    }
  }

  RunResult result() {
    for (SimulatedWorker& worker : workers_) {
      require(worker.finished(), "worker {} waits at step {} for workers that never come",
              worker.rank(), worker.step());
      worker.settle();
    }
    if (devices_) devices_->finish_local_work(workers_);
    const Time end = latest_clock();
    for (SimulatedWorker& worker : workers_) worker.wait(end - worker.clock());
    if (scene_.timeline != nullptr) scene_.timeline->finish(workers_.front().step(), end);
    const RunResult result{end - Time::start(), mean_tally(), meetings_};
    if (scene_.options.clock != nullptr) {
      scene_.options.clock->note(scene_.options.clock->steps(), end, result.mean);
    }
    return result;
  }

  std::int64_t& times_met(const Meeting& meeting) {
    return meeting.kind == Meeting::Kind::all_reduce
               ? meetings_.all_reduce[static_cast<std::size_t>(meeting.payload)]
               : meetings_.synchronous[static_cast<std::size_t>(meeting.exchange)];
  }

  // By one worker, on average.
  double bytes_sent() const {
    const Prices& prices = scene_.prices;
    double sum = 0;
    for (std::size_t at = 0; at < prices.all_reduce.size(); ++at) {
      sum += prices.all_reduce[at].bytes_sent * static_cast<double>(meetings_.all_reduce[at]);
    }
    for (std::size_t at = 0; at < prices.synchronous.size(); ++at) {
      const SynchronousStepPrice& price = prices.synchronous[at];
      sum += (price.bytes_sent + price.broadcast.bytes_sent) *
             static_cast<double>(meetings_.synchronous[at]);
    }
    return sum;
  }

  struct Round {
    Meeting meeting;
    Step step = -1;
    Step span_first = -1;
  };

  Engine<Event> engine_;
  Scene scene_;
  bool may_leave_out_;
  std::vector<SynchronousStepClock> clocks_;  // by GradientExchange
  std::optional<SharedDevices> devices_;      // where workers share them, in the clocks' place
  std::deque<SimulatedWorker> workers_;       // by rank; they never move

  Meeting meeting_;  // the one that workers are arriving at
  Rank arrived_ = 0;
  std::int64_t arrivals_ = 0;  // since progress was last reported
  Time latest_;
  std::vector<SynchronousStart> starts_;  // of those who have arrived
  SynchronousStepTimes times_;            // of an all-reduce its end alone
  Duration setup_;                        // until the first meeting has ended
  Meetings meetings_;

  Round previous_;
  std::vector<Account> accounts_;  // after the previous meeting, by rank
};

}  // namespace

RunResult replay(const Method& method, const Prices& prices, const Spread& spread,
                 const ReplayOptions& options, Timeline* timeline) {
  return Replay(method, prices, spread, options, timeline).run();
}

}  // namespace palsim
