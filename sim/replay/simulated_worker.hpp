// A worker whose operations cost simulated time. It collects local work and prices it when it is
// about to meet the others. On a device that it shares, its clock stands still until it is known
// how long the priced work takes there.
#pragma once

#include <vector>

#include "sim/replay/replay.hpp"
#include "sim/replay/work_clock.hpp"

namespace palsim {

class SimulatedWorker;

// Why workers meet: to average a payload, or in a synchronous step.
struct Meeting {
  enum class Kind { all_reduce, synchronous_step };
  Kind kind = Kind::all_reduce;
  Payload payload = Payload::parameters;
  GradientExchange exchange = GradientExchange::overlapped;
  friend bool operator==(const Meeting&, const Meeting&) = default;
};

// Where workers meet: told when one has arrived.
class MeetingPoint {
 public:
  virtual ~MeetingPoint() = default;
  virtual void arrive(SimulatedWorker& worker, Meeting meeting) = 0;
};

// The account that a worker keeps: as Tally, in integers.
struct Account {
  std::int64_t gradient_steps = 0;
  std::int64_t mix_steps = 0;
  std::int64_t synchronizations = 0;
  Duration gradient;
  Duration other_compute;
  Duration mix;  // is in it
  Duration communication;
  Duration waiting;

  Duration total() const { return gradient + other_compute + communication + waiting; }
  Tally tally() const;
  // Adds what came since `before` another `times` times over.
  void repeat_since(const Account& before, std::int64_t times);
};

// What is common to all workers of a run.
struct Scene {
  const Prices& prices;
  const Spread& spread;
  ReplayOptions options;
  MeetingPoint& meeting_point;
  Timeline* timeline;
  // Of one gradient step's time, unless jitter is 0.
  MeanOneGamma step_time{spread.jitter > 0 ? 1 / (spread.jitter * spread.jitter) : 1};
};

class SimulatedWorker final : public Worker {
  // Local work that begins when `before` is done, counted from the clock.
  struct NominalSegment {
    enum class Round { last, next };  // the one that the last meeting ended, or the one after
    Activity activity = Activity::compute;
    Duration before;
    Duration length;
    std::int64_t steps = 0;
    Round round = Round::next;
  };

 public:
  SimulatedWorker(const Scene& scene, Rank rank, const Method& method);

  Operation gradient_step(GradientStep) override { return local(&Work::gradient_steps); }
  Operation mix(Mix) override { return local(&Work::mix_steps); }
  Operation outer_step(OuterOptimizer optimizer) override;
  Operation synchronous_gradient_step(GradientExchange exchange) override;
  Operation all_reduce(Payload payload) override;

  // Runs the program up to its next meeting or its end; throws what it throws.
  void go_on();
  bool finished() const { return program_.finished(); }

  // Prices the local work so far.
  void settle() {
    if (work_ != Work()) price_work();
  }
  // On a shared device: the priced work since the workers last met, in nominal time, and spending
  // what it takes by their common clock.
  Duration local_work() const { return local_.total(); }
  void finish_local_work(const WorkClock& clock);
  // Spends time in a meeting.
  void wait(Duration length) { spend(length, Activity::waiting, account_.waiting); }
  void communicate(Duration length) {
    spend(length, Activity::communication, account_.communication);
  }
  void compute_gradient(Duration nominal) { work_on(nominal, &LocalWork::gradient, {.steps = 1}); }
  // The optimizer of a synchronous step, after the meeting.
  void update(Duration nominal) {
    work_on(nominal, &LocalWork::gradient, {.round = NominalSegment::Round::last});
  }
  void count_synchronous_step() {
    ++account_.gradient_steps;
    ++account_.synchronizations;
  }
  void count_synchronization() { ++account_.synchronizations; }
  // Repeats what the account gained since `before`, and lets the program's loop step over it.
  void leave_out_rounds(const Account& before, std::int64_t rounds);

  Rank rank() const { return rank_; }
  Time clock() const { return clock_; }
  const Account& account() const { return account_; }
  // The factor on this synchronous step's nominal time: slowness and jitter.
  double step_factor() const { return step_factor_; }

 private:
  struct Work {
    std::int64_t gradient_steps = 0;
    std::int64_t mix_steps = 0;
    Duration outer;
    friend bool operator==(const Work&, const Work&) = default;
  };

  // Priced, in nominal time.
  struct LocalWork {
    Duration gradient;
    Duration other;
    Duration mix;  // is in it
    Duration total() const { return gradient + other; }
  };

  Operation local(std::int64_t Work::*count) {
    ++(work_.*count);
    if (careful_) note_step(count);
    return Operation::finished();
  }
  void price_work();
  void work_on(Duration nominal, Duration LocalWork::*part, NominalSegment segment) {
    segment.before = local_.total();
    segment.length = nominal;
    if (scene_->timeline != nullptr) record_nominal(segment);
    LocalWork work;
    work.*part = nominal;
    add_local_work(work);
  }
  void add_local_work(const LocalWork& work) {
    if (shares_device_) {
      local_.gradient += work.gradient;
      local_.other += work.other;
      local_.mix += work.mix;
    } else {
      account_.gradient += work.gradient;
      account_.other_compute += work.other;
      account_.mix += work.mix;
      clock_ += work.total();
    }
  }
  void record_nominal(const NominalSegment& segment);
  void record_segments(const WorkClock& clock);
  void spend(Duration length, Activity activity, Duration& account) {
    if (scene_->timeline != nullptr) scene_->timeline->record({rank_, activity, clock_, length});
    account += length;
    clock_ += length;
  }
  void note_step(std::int64_t Work::*count);
  Duration stalls_within(Duration busy) {
    return scene_->spread.stalls.rate > Frequency(0) ? drawn_stalls_within(busy) : Duration();
  }
  Duration drawn_stalls_within(Duration busy);
  Duration time_to_stall();
  void record_work(const Work& work, Duration gradient, Duration mix, Duration other,
                   Duration outer);

  const Scene* scene_;
  Rank rank_;
  double slowness_ = 1;
  double step_factor_ = 1;
  bool shares_device_;
  bool careful_;  // each step matters: it is priced alone, or recorded
  Time clock_;
  Work work_;
  LocalWork local_;  // on a shared device, since the clock
  Account account_;
  Duration until_stall_;
  RandomStream jitter_stream_;
  RandomStream stall_stream_;
  // While a timeline is recorded.
  struct SameSteps {
    Activity activity = Activity::compute;
    std::int64_t steps = 0;
  };
  std::vector<SameSteps> order_;          // of the steps in work_, if they are told apart
  std::int64_t expected_ = 0;             // as many segments, by the timeline
  std::vector<NominalSegment> segments_;  // of local_
  Program program_;
};

}  // namespace palsim
