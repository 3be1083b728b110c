#include "sim/network/plan_run.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sim/core/error.hpp"

namespace palsim {

PlanRun::PlanRun(PlanLayout layout, Shortcuts shortcuts)
    : layout_(std::move(layout)),
      shortcuts_(shortcuts),
      flows_(layout_.shared),
      chains_(layout_.chains.size() - 1),
      sends_(layout_.sends.size()),
      by_start_(chains_.size()),
      entered_(chains_.size()),
      last_arrival_(layout_.channels) {}

std::vector<Duration> PlanRun::finish() {
  std::iota(by_start_.begin(), by_start_.end(), ChainId{0});
  std::stable_sort(by_start_.begin(), by_start_.end(), [&](ChainId a, ChainId b) {
    return layout_.chains[a].start < layout_.chains[b].start;
  });
  await_next_start();
  engine_.run([this](const Event& event) { handle(event); });
  for (ChainId chain = 0; chain < chains_.size(); ++chain) {
    require(is_over(chain), "a plan never ends: {} messages of a rank stay pending",
            chains_[chain].pending);
  }
  return last_arrival_;
}

void PlanRun::await_next_start() {
  if (next_start_ == by_start_.size()) return;
  const Duration start = layout_.chains[by_start_[next_start_]].start;
  engine_.schedule(Time::start() + (start - skipped_), {Event::Kind::ranks_start});
}

// A skip may have left behind an event of those that have started since.
void PlanRun::start_ranks() {
  const std::size_t first = next_start_;
  for (; next_start_ < by_start_.size(); ++next_start_) {
    const ChainId chain = by_start_[next_start_];
    if (layout_.chains[chain].start > elapsed()) break;
    entered_[chain] = 1;
    chains_[chain].part = layout_.chains[chain].first_part;
    chains_[chain].repetition = layout_.parts[chains_[chain].part].first;
    enter(chain);
  }
  if (next_start_ > first) await_next_start();
}

bool PlanRun::is_over(ChainId chain) const {
  return chains_[chain].part == layout_.chains[chain + 1].first_part;
}

void PlanRun::handle(const Event& event) {
  switch (event.kind) {
    case Event::Kind::ranks_start:
      start_ranks();
      break;
    case Event::Kind::arrived:
      complete(event.send);
      break;
    case Event::Kind::starts_flowing:
      starting_.push_back(event.send);
      request_settle();
      break;
    case Event::Kind::flows_end:
      // Ends that have moved since leave their event behind.
      if (!flows_.idle() && flows_.next_end() == engine_.now()) request_settle();
      break;
    case Event::Kind::settle:
      settle();
      break;
  }
}

// The chain takes up the repetition it stands at: each message needs both its ends there.
void PlanRun::enter(ChainId chain) {
  Progress& progress = chains_[chain];
  const std::uint32_t first = layout_.parts[progress.part].first_send;
  const std::uint32_t end = layout_.parts[progress.part + 1].first_send;
  for (std::uint32_t at = first; at < end; ++at) {
    const SendId id = layout_.sends_of_parts[at];
    const PlanLayout::Message& send = layout_.sends[id];
    if (progress.repetition < send.first || progress.repetition >= send.end) continue;
    ++progress.pending;
    if (sends_[id].state == Transit::State::waits_for_one) {
      start(id);
    } else {
      sends_[id].state = Transit::State::waits_for_one;
    }
  }
}

void PlanRun::advance(ChainId chain) {
  Progress& progress = chains_[chain];
  do {
    if (++progress.repetition == layout_.parts[progress.part].end) {
      ++progress.part;
      if (is_over(chain)) return;
      progress.repetition = layout_.parts[progress.part].first;
    }
    enter(chain);
  } while (progress.pending == 0);
  if (!is_running(watched_)) watched_ = chain;
  if (chain == watched_ && shortcuts_ == Shortcuts::all) {
    looking_ = Looking::yes;
    request_settle();
  }
}

void PlanRun::start(SendId id) {
  const PlanLayout::Message& send = layout_.sends[id];
  Transit& transit = sends_[id];
  transit.state = Transit::State::travels;
  if (send.alone > Duration()) {
    transit.until = engine_.now() + send.alone;
    engine_.schedule(transit.until, {Event::Kind::arrived, id});
  } else if (send.latency > Duration()) {
    transit.until = engine_.now() + send.latency;
    engine_.schedule(transit.until, {Event::Kind::starts_flowing, id});
  } else {
    transit.until = engine_.now();
    starting_.push_back(id);
    request_settle();
  }
}

void PlanRun::complete(SendId id) {
  sends_[id].state = Transit::State::waits_for_ends;
  for (const PartId part : layout_.sends[id].ends) {
    const ChainId chain = layout_.parts[part].chain;
    last_arrival_[layout_.chains[chain].channel] = elapsed();
    if (--chains_[chain].pending == 0) advance(chain);
  }
}

// Runs after all events that were scheduled for this instant before it began.
void PlanRun::request_settle() {
  if (settling_ == Settling::requested) return;
  settling_ = Settling::requested;
  engine_.schedule(engine_.now(), {Event::Kind::settle});
}

void PlanRun::settle() {
  for (const SendId id : flows_.end(engine_.now())) complete(id);  // may add to starting_
  for (const SendId id : starting_) {
    sends_[id].state = Transit::State::flows;
    flows_.start(id, layout_.sends[id].bytes);
  }
  starting_.clear();
  settling_ = Settling::no;
  flows_.settle(engine_.now());
  if (!flows_.idle() && (flows_.next_end() != awaited_end_ || awaited_end_ == engine_.now())) {
    awaited_end_ = flows_.next_end();
    engine_.schedule(awaited_end_, {Event::Kind::flows_end});
  }
  if (looking_ == Looking::yes) {
    looking_ = Looking::no;
    look_for_recurrence();
  }
}

void PlanRun::look_for_recurrence() {
  if (!is_running(watched_)) return;
  if (kept_ && kept_part_ == chains_[watched_].part) {
    if (const auto recurrence = recurrence_since(*kept_)) {
      for (ChainId chain = 0; chain < chains_.size(); ++chain) {
        if (!is_running(chain)) continue;
        const std::uint32_t channel = layout_.chains[chain].channel;
        chains_[chain].repetition += recurrence->times * recurrence->repetitions[channel];
      }
      skipped_ += recurrence->period * recurrence->times;
      await_next_start();
      kept_.reset();
    }
    if (++comparisons_ < most_comparisons_) return;
    most_comparisons_ *= 2;
  } else {
    most_comparisons_ = 1;
  }
  comparisons_ = 0;
  kept_part_ = chains_[watched_].part;
  kept_ = State{engine_.now(), chains_, sends_, {}};
  for (SendId id = 0; id < sends_.size(); ++id) {
    if (sends_[id].state == Transit::State::flows) kept_->flows.push_back(flows_.flow(id));
  }
}

bool PlanRun::sends_recur(const State& earlier, Duration period) const {
  auto flow = earlier.flows.begin();
  for (SendId id = 0; id < sends_.size(); ++id) {
    const Transit& then = earlier.sends[id];
    const Transit& now = sends_[id];
    if (then.state != now.state) return false;
    if (now.state == Transit::State::travels && then.until + period != now.until) return false;
    if (now.state != Transit::State::flows) continue;
    Flow later = *flow++;
    later.since += period;
    if (later != flows_.flow(id)) return false;
  }
  return true;
}

std::optional<PlanRun::Recurrence> PlanRun::recurrence_since(const State& earlier) const {
  constexpr std::int64_t unknown = -1;
  Recurrence recurrence{.times = std::numeric_limits<std::int64_t>::max(),
                        .period = engine_.now() - earlier.at,
                        .repetitions = std::vector<std::int64_t>(layout_.channels, unknown)};
  if (next_start_ < by_start_.size() && recurrence.period > Duration()) {
    const Duration start = layout_.chains[by_start_[next_start_]].start;
    recurrence.times = ((start - elapsed()).count_ns() - 1) / recurrence.period.count_ns();
  }
  for (ChainId chain = 0; chain < chains_.size(); ++chain) {
    const Progress& then = earlier.chains[chain];
    const Progress& now = chains_[chain];
    if (then.part != now.part || then.pending != now.pending) return std::nullopt;
    if (!is_running(chain)) continue;
    const PlanLayout::Part& part = layout_.parts[now.part];
    std::int64_t& step = recurrence.repetitions[layout_.chains[chain].channel];
    if (step == unknown) step = now.repetition - then.repetition;
    if (step != now.repetition - then.repetition) return std::nullopt;
    if (then.repetition < part.steady_first || now.repetition >= part.steady_end) {
      return std::nullopt;
    }
    if (step == 0) continue;
    recurrence.times = std::min(recurrence.times, (part.steady_end - 1 - now.repetition) / step);
  }
  if (recurrence.times == 0) return std::nullopt;
  if (!sends_recur(earlier, recurrence.period)) return std::nullopt;
  return recurrence;
}

}  // namespace palsim
