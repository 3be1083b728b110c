#include "sim/network/flow_set.hpp"

#include <algorithm>
#include <cmath>

#include "sim/core/error.hpp"

namespace palsim {
namespace {

constexpr double counts_per_byte = 4294967296.0;  // 2^32
constexpr std::uint32_t nowhere = 0xFFFFFFFF;

// To the nearest; not for negative ones.
ByteCount counted(double bytes) {
  return static_cast<ByteCount>(std::floor(bytes * counts_per_byte + 0.5));
}

}  // namespace

double as_counted(double bytes) { return static_cast<double>(counted(bytes)) / counts_per_byte; }

FlowSet::FlowSet(MaxMinProblem routes)
    : shares_(std::move(routes)),
      clocks_(shares_.links()),
      waits_(shares_.flows()),
      flow_places_(shares_.flows()),
      link_places_(shares_.links(), nowhere) {}

void FlowSet::start(FlowId flow, double bytes) {
  require(bytes > 0, "flow {} starts with {} bytes", flow, bytes);
  shares_.add(flow);
  starting_.push_back(flow);
  waits_[flow] = {counted(bytes), nowhere};
}

Time FlowSet::end_of(const Clock& clock) const {
  const ByteCount left = std::max<ByteCount>(0, clock.ends.top().key - clock.count);
  const double left_bytes = static_cast<double>(left) / counts_per_byte;
  return clock.since + Duration::seconds(left_bytes / clock.rate_bytes_per_s);
}

// Brings the link's clock up to now, before anything about it changes.
FlowSet::Clock& FlowSet::set(std::uint32_t link, Time now) {
  Clock& clock = clocks_[link];
  if (clock.state == Clock::State::changes) return clock;
  clock.state = Clock::State::changes;
  changing_.push_back(link);
  clock.count += counted(clock.rate_bytes_per_s * (now - clock.since).in_seconds());
  clock.since = now;
  return clock;
}

const std::vector<FlowId>& FlowSet::end(Time now) {
  ended_.clear();
  while (!ends_.empty() && ends_.top().key <= now) {
    const std::uint32_t link = ends_.top().id;
    Clock& clock = clocks_[link];
    for (Time end = now; end <= now;) {
      const FlowId flow = clock.ends.top().id;
      clock.ends.erase(flow, flow_places_);
      shares_.remove(flow);
      ended_.push_back(flow);
      if (clock.ends.empty()) break;
      end = end_of(clock);
    }
    ends_.erase(link, link_places_);
    link_places_[link] = nowhere;
    set(link, now);
  }
  std::sort(ended_.begin(), ended_.end());
  return ended_;
}

// For its last bytes, on the clock of the link that holds it now.
void FlowSet::wait(FlowId flow, ByteCount left, Time now) {
  const std::uint32_t link = shares_.holder(flow);
  Clock& clock = set(link, now);
  waits_[flow] = {clock.count + left, link};
  clock.ends.push(waits_[flow].until, flow, flow_places_);
}

void FlowSet::settle(Time now) {
  shares_.solve();
  for (const FlowId flow : shares_.moved()) {
    const std::uint32_t from = waits_[flow].link;
    if (from == nowhere || from == shares_.holder(flow)) continue;
    Clock& clock = set(from, now);
    clock.ends.erase(flow, flow_places_);
    wait(flow, waits_[flow].until - clock.count, now);
  }
  for (const FlowId flow : starting_) wait(flow, waits_[flow].until, now);
  starting_.clear();
  for (const std::uint32_t link : shares_.reshared()) {
    if (clocks_[link].rate_bytes_per_s != shares_.share_bytes_per_s(link)) set(link, now);
  }

  for (const std::uint32_t link : changing_) {
    Clock& clock = clocks_[link];
    clock.state = Clock::State::stands;
    clock.rate_bytes_per_s = shares_.share_bytes_per_s(link);
    const bool waits = link_places_[link] != nowhere;
    if (clock.ends.empty()) {
      if (waits) ends_.erase(link, link_places_);
      link_places_[link] = nowhere;
    } else if (waits) {
      ends_.change(end_of(clock), link, link_places_);
    } else {
      ends_.push(end_of(clock), link, link_places_);
    }
  }
  changing_.clear();
}

Flow FlowSet::flow(FlowId flow) const {
  const Clock& clock = clocks_[shares_.holder(flow)];
  return {waits_[flow].until - clock.count, clock.rate_bytes_per_s, clock.since};
}

}  // namespace palsim
