#include "sim/replay/simulated_worker.hpp"

#include <algorithm>

namespace palsim {

Tally Account::tally() const {
  return {.gradient_steps = static_cast<double>(gradient_steps),
          .mix_steps = static_cast<double>(mix_steps),
          .synchronizations = static_cast<double>(synchronizations),
          .gradient_s = gradient.in_seconds(),
          .other_compute_s = other_compute.in_seconds(),
          .mix_s = mix.in_seconds(),
          .communication_s = communication.in_seconds(),
          .waiting_s = waiting.in_seconds()};
}

void Account::repeat_since(const Account& before, std::int64_t times) {
  gradient_steps += (gradient_steps - before.gradient_steps) * times;
  mix_steps += (mix_steps - before.mix_steps) * times;
  synchronizations += (synchronizations - before.synchronizations) * times;
  gradient += (gradient - before.gradient) * times;
  other_compute += (other_compute - before.other_compute) * times;
  mix += (mix - before.mix) * times;
  communication += (communication - before.communication) * times;
  waiting += (waiting - before.waiting) * times;
}

SimulatedWorker::SimulatedWorker(const Scene& scene, Rank rank, const Method& method)
    : Worker(coin_of(method, scene.options.seed, rank)),
      scene_(&scene),
      rank_(rank),
      shares_device_(scene.options.sharing.shared()),
      careful_(scene.timeline != nullptr || scene.options.shortcuts.local_work ==
                                                ReplayShortcuts::LocalWork::priced_step_by_step),
      jitter_stream_(scene.options.seed, Purpose::jitter, static_cast<std::uint64_t>(rank)),
      stall_stream_(scene.options.seed, Purpose::stall, static_cast<std::uint64_t>(rank)),
      program_(method.start(*this)) {
  const auto slow = scene.spread.slow_workers.find(rank);
  if (slow != scene.spread.slow_workers.end()) slowness_ = slow->second;
  if (scene.spread.stalls.rate > Frequency(0)) until_stall_ = time_to_stall();
  start_with(program_.handle());
}

void SimulatedWorker::go_on() {
  resume();
  if (program_.finished()) program_.rethrow_failure();
}

Operation SimulatedWorker::outer_step(OuterOptimizer optimizer) {
  work_.outer += scene_->prices.of(optimizer);
  return Operation::finished();
}

Operation SimulatedWorker::all_reduce(Payload payload) {
  settle();
  scene_->meeting_point.arrive(*this, {Meeting::Kind::all_reduce, payload, {}});
  return Operation::pending(*this);
}

Operation SimulatedWorker::synchronous_gradient_step(GradientExchange exchange) {
  settle();
  step_factor_ = slowness_;
  if (scene_->spread.jitter > 0) step_factor_ *= jitter_stream_.draw(scene_->step_time);
  const Duration data = scene_->prices.data.scaled(slowness_);
  const Duration stalls = stalls_within(data + scene_->prices.gradient_step.scaled(step_factor_));
  work_on(data + stalls, &LocalWork::other, {});
  scene_->meeting_point.arrive(*this, {Meeting::Kind::synchronous_step, {}, exchange});
  return Operation::pending(*this);
}

void SimulatedWorker::price_work() {
  const Work work = std::exchange(work_, {});
  const std::int64_t steps = work.gradient_steps + work.mix_steps;
  const Prices& prices = scene_->prices;
  // Each price is rounded before it is multiplied, so that n steps take exactly n times one.
  Duration gradient = prices.gradient_step.scaled(slowness_) * work.gradient_steps;
  const double variation = scene_->spread.jitter;
  if (work.gradient_steps > 0 && variation > 0) {
    // The mean of n independent gammas of mean 1 is one of n times the shape.
    const MeanOneGamma mean(static_cast<double>(work.gradient_steps) / (variation * variation));
    gradient = gradient.scaled(jitter_stream_.draw(mean));
  }
  const Duration mix = prices.mix.scaled(slowness_) * work.mix_steps;
  Duration outer = work.outer.scaled(slowness_);
  outer += stalls_within(outer);
  Duration other = prices.data.scaled(slowness_) * steps;
  other += stalls_within(gradient + mix + other);

  if (scene_->timeline != nullptr) record_work(work, gradient, mix, other, outer);
  account_.gradient_steps += work.gradient_steps;
  account_.mix_steps += work.mix_steps;
  add_local_work({gradient, mix + other + outer, mix});
}

// Of the time it takes, gradient steps and mix steps have the share that they have of the work.
void SimulatedWorker::finish_local_work(const WorkClock& clock) {
  if (!segments_.empty()) record_segments(clock);
  const LocalWork nominal = std::exchange(local_, {});
  if (nominal.total() == Duration()) return;
  const Duration taken = clock.at(nominal.total());
  const Duration gradient = taken.scaled(nominal.gradient / nominal.total());
  account_.gradient += gradient;
  account_.other_compute += taken - gradient;
  account_.mix += taken.scaled(nominal.mix / nominal.total());
  clock_ += taken;
}

void SimulatedWorker::record_segments(const WorkClock& clock) {
  Timeline& timeline = *scene_->timeline;
  std::vector<Segment> taken;
  for (const NominalSegment& nominal : std::exchange(segments_, {})) {
    const Duration begin = clock.at(nominal.before);
    const Duration end = clock.at(nominal.before + nominal.length);
    const Segment segment{rank_, nominal.activity, clock_ + begin, end - begin, nominal.steps};
    if (nominal.round == NominalSegment::Round::last) {
      timeline.record_after_meeting(segment);
    } else {
      taken.push_back(segment);
    }
  }
  timeline.expect(-std::exchange(expected_, 0));
  if (!timeline.tells_steps_apart()) gather_steps(taken);
  for (const Segment& segment : taken) timeline.record(segment);
}

void SimulatedWorker::record_nominal(const NominalSegment& segment) {
  if (shares_device_) {
    segments_.push_back(segment);
  } else {
    const Segment taken{rank_, segment.activity, clock_ + segment.before, segment.length,
                        segment.steps};
    if (segment.round == NominalSegment::Round::last) {
      scene_->timeline->record_after_meeting(taken);
    } else {
      scene_->timeline->record(taken);
    }
  }
}

void SimulatedWorker::note_step(std::int64_t Work::*count) {
  if (scene_->timeline != nullptr && scene_->timeline->tells_steps_apart()) {
    const Activity activity = count == &Work::mix_steps ? Activity::mix : Activity::compute;
    if (order_.empty() || order_.back().activity != activity) {
      order_.push_back({activity, 0});
      ++expected_;
      scene_->timeline->expect(1);
    }
    ++order_.back().steps;
  }
  if (scene_->options.shortcuts.local_work == ReplayShortcuts::LocalWork::priced_step_by_step) {
    settle();
  }
}

// Exponential, and no longer than a run can be.
Duration SimulatedWorker::time_to_stall() {
  constexpr double longest_ns = 9e18;
  const double ns = 1e9 * stall_stream_.exponential() / scene_->spread.stalls.rate.count();
  return Duration::rounded_nanoseconds(std::min(ns, longest_ns));
}

// The pauses that strike within `busy`: the time to the next one is memoryless.
Duration SimulatedWorker::drawn_stalls_within(Duration busy) {
  Duration pauses;
  until_stall_ -= busy;
  while (until_stall_ <= Duration()) {
    pauses += scene_->spread.stalls.duration;
    until_stall_ += time_to_stall();
  }
  return pauses;
}

// Lays the steps out in the order in which they were taken, each kind with its mean length; what
// has no place of its own (data, stalls) comes first, after the outer step.
void SimulatedWorker::record_work(const Work& work, Duration gradient, Duration mix, Duration other,
                                  Duration outer) {
  std::vector<SameSteps> order = std::exchange(order_, {});
  if (!shares_device_) scene_->timeline->expect(-std::exchange(expected_, 0));
  if (!scene_->timeline->tells_steps_apart()) {
    order = {{Activity::compute, work.gradient_steps}, {Activity::mix, work.mix_steps}};
  }
  std::int64_t left[2] = {work.gradient_steps, work.mix_steps};
  Duration total[2] = {gradient, mix};
  Duration at = local_.total();
  if (work.outer > Duration()) {
    record_nominal({.before = at, .length = outer, .round = NominalSegment::Round::last});
  }
  at += outer;
  record_nominal({.before = at, .length = other});
  at += other;
  for (const auto& [activity, steps] : order) {
    if (steps == 0) continue;
    const bool mixing = activity == Activity::mix;
    const double share = static_cast<double>(steps) / static_cast<double>(left[mixing]);
    const Duration length = total[mixing].scaled(share);  // the last takes the rest
    left[mixing] -= steps;
    total[mixing] -= length;
    record_nominal({.activity = activity, .before = at, .length = length, .steps = steps});
    at += length;
  }
}

void SimulatedWorker::leave_out_rounds(const Account& before, std::int64_t rounds) {
  const Duration total = account_.total() - before.total();
  account_.repeat_since(before, rounds);
  clock_ += total * rounds;
  leave_out(rounds * span().period);
}

}  // namespace palsim
